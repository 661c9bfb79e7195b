//! Rules that a target does not write yet.

/// In KQL.
pub const KQL: &[&str] = &[
    "hopping",
    "hopping_in_buckets",
    "pairs",
    "pairs_of_all",
    "pairs_with_gaps",
    "retry",
    "moved",
    "three_steps",
    "order_alone",
    "nothing_between",
    "silence_between",
    "nothing_after",
    "nothing_around",
    "first_pair",
    "first_address",
    "first_after_learning",
    "first_by_token",
    "lonely",
    "dropped_later",
    "window_unless",
    "bucket_unless",
    "pair_unless",
    "steps_unless",
    "first_unless",
];

/// In SPL.
pub const SPL: &[&str] = &[];
