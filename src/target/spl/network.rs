//! The network around an address, as text.

use crate::target::fragment::Fragment;

/// Of so many bits for IPv4, of so many, a multiple of 16, for IPv6.
pub fn around(address: &Fragment, of_v4: u8, of_v6: u8) -> Fragment {
    let address = &address.text;
    Fragment::atom(format!(
        "case(NOT like({address}, \"%:%\"), {}, NOT like({address}, \"%.%\"), {})",
        around_v4(address, of_v4),
        around_v6(address, of_v6)
    ))
}

/// The numbers before the prefix ends, the one that it ends in without its last bits, and zeros.
fn around_v4(address: &str, bits: u8) -> String {
    let octet = |at: usize| format!("mvindex(split({address}, \".\"), {at})");
    let (whole, rest) = (usize::from(bits / 8), bits % 8);
    let mut parts: Vec<String> = (0..whole).map(octet).collect();
    if rest > 0 {
        let step = 1 << (8 - rest);
        parts.push(format!("floor(tonumber({})/{step})*{step}", octet(whole)));
    }
    let zeros = ".0".repeat(4 - parts.len());
    let parts: Vec<String> = parts.iter().map(|part| format!("tostring({part})")).collect();
    format!("{}.\"{zeros}/{bits}\"", parts.join(".\".\"."))
}

/// The groups before the prefix ends. `::` is spelled out first, for which a group stands on both of its sides.
fn around_v6(address: &str, bits: u8) -> String {
    let bounded = format!("replace(replace({address}, \"^:\", \"0:\"), \":$\", \":0\")");
    let colons = format!("len({address})-len(replace({address}, \":\", \"\"))");
    let zeros = format!("substr(\"0:0:0:0:0:0:\", 1, 2*(8-({colons})))");
    let full = format!("replace({bounded}, \"::\", \":\".{zeros})");
    let more = bits / 16 - 1;
    let behind = if bits == 128 { "" } else { "::" };
    format!("replace({full}, \"^((?:[0-9a-fA-F]+:){{{more}}}[0-9a-fA-F]+).*$\", \"\\\\1\").\"{behind}/{bits}\"")
}
