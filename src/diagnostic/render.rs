//! Diagnostics as text for people, as short lines, and as JSON. Alone knows `miette`.
