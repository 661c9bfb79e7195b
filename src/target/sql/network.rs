//! Addresses in networks. The engines share no function for it, so an address becomes the hexadecimal digits of its bits, 8 for
//! IPv4 and 32 for IPv6, and a network is a range of such texts of one length.

use ipnet::IpNet;

use crate::target::fragment::{Fragment, Strength};

use super::dialect::Dialect;

/// Whether the address whose digits these are is in one of some networks; false or NULL if not.
pub fn within(digits: &str, networks: &[IpNet]) -> Fragment {
    let tests: Vec<Fragment> = networks
        .iter()
        .map(|network| {
            let (low, high) = range(network);
            let length = low.len();
            let text = format!("length({digits}) = {length} AND {digits} BETWEEN '{low}' AND '{high}'");
            Fragment::new(text, Strength::And)
        })
        .collect();
    if tests.is_empty() { Fragment::atom("FALSE") } else { Fragment::join(&tests, " OR ", Strength::Or) }
}

/// The network that an address is in, as text: of so many bits for IPv4, of so many, a multiple of 16, for IPv6. IPv6 addresses
/// that stand for IPv4 ones are in none.
pub fn around(dialect: Dialect, digits: &str, [of_v4, of_v6]: [i64; 2]) -> Fragment {
    let v4 = dialect.join(&[around_v4(dialect, digits, of_v4), format!("'/{of_v4}'")]);
    let groups: Vec<String> = (0..of_v6 / 16)
        .flat_map(|group| {
            let digits = format!("substring({digits}, {}, 4)", group * 4 + 1);
            [dialect.replace(&digits, "^0{1,3}", ""), "':'".to_owned()]
        })
        .collect();
    let kept = &groups[..groups.len().saturating_sub(1)];
    let rest = if of_v6 == 128 { "" } else { "::" };
    let v6 = dialect.join(&[kept, &[format!("'{rest}/{of_v6}'")]].concat());
    let mapped = "0".repeat(20) + "ffff";
    Fragment::atom(format!(
        "CASE WHEN length({digits}) = 8 THEN {v4} WHEN length({digits}) = 32 AND {digits} NOT LIKE '{mapped}%' THEN {v6} END"
    ))
}

/// The four numbers of the network of an IPv4 address.
fn around_v4(dialect: Dialect, digits: &str, bits: i64) -> String {
    let byte = |part: i64| {
        let kept = (bits - part * 8).clamp(0, 8);
        if kept == 0 {
            return "'0'".to_owned();
        }
        let number = dialect.number_of_digits(&format!("substring({digits}, {}, 2)", part * 2 + 1));
        let step = 1 << (8 - kept);
        let number =
            if step == 1 { number } else { format!("{} * {step}", dialect.divide(&number, &step.to_string())) };
        format!("CAST({number} AS {})", dialect.string())
    };
    let dot = || "'.'".to_owned();
    dialect.join(&[byte(0), dot(), byte(1), dot(), byte(2), dot(), byte(3)])
}

fn range(network: &IpNet) -> (String, String) {
    match network {
        IpNet::V4(network) => {
            (format!("{:08x}", network.network().to_bits()), format!("{:08x}", network.broadcast().to_bits()))
        }
        IpNet::V6(network) => {
            (format!("{:032x}", network.network().to_bits()), format!("{:032x}", network.broadcast().to_bits()))
        }
    }
}

/// The digits of an address, from its text.
pub fn digits(dialect: Dialect, address: &str) -> String {
    let groups = groups(dialect, address).map(|groups| format!("({groups})"));
    digits_of(dialect, address, &groups.unwrap_or_default())
}

/// The digits of an address, from its text and, where the engine has [`groups`], those.
pub fn digits_of(dialect: Dialect, address: &str, groups: &str) -> String {
    match dialect {
        // These give nothing for a text of the other kind.
        Dialect::ClickHouse => format!(
            "lower(coalesce(leftPad(hex(IPv4StringToNumOrNull({address})), 8, '0'), hex(IPv6StringToNumOrNull({address}))))"
        ),
        Dialect::DuckDb | Dialect::Spark => format!(
            "CASE WHEN {address} LIKE '%:%' THEN {} WHEN {address} IS NOT NULL THEN {} END",
            version_6(dialect, groups),
            bytes(dialect, address)
        ),
    }
}

/// The text of an IPv6 address in groups alone: the last two may be written as an IPv4 address. An engine that reads addresses by
/// itself needs none.
pub fn groups(dialect: Dialect, address: &str) -> Option<String> {
    let tail = format!("regexp_extract({address}, '([0-9.]+)$', 1)");
    let number = |part: usize| format!("CAST(split_part({tail}, '.', {part}) AS BIGINT)");
    let group = |high: usize, low: usize| hexadecimal(dialect, &format!("({} * 256 + {})", number(high), number(low)));
    let head = format!("regexp_replace({address}, '[0-9.]+$', '')");
    let both = dialect.join(&[head, group(1, 2), "':'".to_owned(), group(3, 4)]);
    match dialect {
        Dialect::DuckDb | Dialect::Spark => {
            Some(format!("CASE WHEN {address} LIKE '%:%.%' THEN {both} ELSE {address} END"))
        }
        Dialect::ClickHouse => None,
    }
}

/// The four numbers of an IPv4 address, two digits each.
fn bytes(dialect: Dialect, address: &str) -> String {
    let byte = |part: usize| {
        let number = format!("CAST(split_part({address}, '.', {part}) AS BIGINT)");
        format!("lpad({}, 2, '0')", hexadecimal(dialect, &number))
    };
    dialect.join(&[byte(1), byte(2), byte(3), byte(4)])
}

fn hexadecimal(dialect: Dialect, number: &str) -> String {
    match dialect {
        Dialect::DuckDb => format!("lower(to_hex({number}))"),
        Dialect::Spark | Dialect::ClickHouse => format!("lower(hex({number}))"),
    }
}

/// The eight groups of an IPv6 address, four digits each.
fn version_6(dialect: Dialect, groups: &str) -> String {
    match dialect {
        Dialect::DuckDb | Dialect::ClickHouse => {
            let count = format!("len(list_filter(string_split({groups}, ':'), lambda g: g <> ''))");
            let filled = format!("trim(replace({groups}, '::', concat(':', repeat('0:', 8 - {count}))), ':')");
            let whole = format!("CASE WHEN {groups} LIKE '%::%' THEN {filled} ELSE {groups} END");
            format!("array_to_string(list_transform(string_split({whole}, ':'), lambda g: lpad(g, 4, '0')), '')")
        }
        Dialect::Spark => {
            let count = format!("size(filter(split({groups}, ':'), g -> g <> ''))");
            let filled = format!("trim(BOTH ':' FROM replace({groups}, '::', concat(':', repeat('0:', 8 - {count}))))");
            let whole = format!("CASE WHEN {groups} LIKE '%::%' THEN {filled} ELSE {groups} END");
            format!("array_join(transform(split({whole}, ':'), g -> lpad(g, 4, '0')), '')")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_range_of_digits() {
        let test = within("d", &["192.0.2.0/24".parse().unwrap()]);
        assert_eq!(test.text, "length(d) = 8 AND d BETWEEN 'c0000200' AND 'c00002ff'");
        let test = within("d", &["2001:db8::/32".parse().unwrap()]);
        assert!(test.text.contains("BETWEEN '20010db8000000000000000000000000'"), "{}", test.text);
        assert_eq!(within("d", &[]).text, "FALSE");
    }
}
