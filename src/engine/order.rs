//! Events in order.
