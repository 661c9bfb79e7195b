//! The catalogue as rows of text for `tokentrail catalog`. Nothing is printed here.
