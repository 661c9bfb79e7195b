//! Which techniques the checks of the Azure-Sentinel repository know, and for which tactics.
//!
//! Facts from `.script/tests/detectionTemplateSchemaValidation` of <https://github.com/Azure/Azure-Sentinel>
//! (`KillChainTechniquesHelper.cs`, read November 2026): a rule whose technique is not in this table, or has none of its tactics,
//! is not taken there. A sub-technique counts as its technique. The table is older than ATT&CK itself; techniques of industrial
//! control systems (`T0…`) are left out, which no rule here is about.

use std::collections::BTreeSet;

use crate::attack::{self, Tactic};

/// The tactics in the order of the matrix, each with its techniques in order.
const TABLE: [(Tactic, &[&str]); 14] = [
    (
        Tactic::Reconnaissance,
        &["T1589", "T1590", "T1591", "T1592", "T1593", "T1594", "T1595", "T1596", "T1597", "T1598"],
    ),
    (Tactic::ResourceDevelopment, &["T1583", "T1584", "T1585", "T1586", "T1587", "T1588", "T1608"]),
    (Tactic::InitialAccess, &["T1078", "T1091", "T1133", "T1189", "T1190", "T1195", "T1199", "T1200", "T1566"]),
    (Tactic::Execution, &["T1047", "T1053", "T1059", "T1072", "T1106", "T1129", "T1203", "T1204", "T1559", "T1569"]),
    (
        Tactic::Persistence,
        &[
            "T1037", "T1053", "T1078", "T1098", "T1133", "T1136", "T1137", "T1176", "T1197", "T1205", "T1505", "T1525",
            "T1542", "T1543", "T1546", "T1547", "T1554", "T1556", "T1574",
        ],
    ),
    (
        Tactic::PrivilegeEscalation,
        &[
            "T1037", "T1053", "T1055", "T1068", "T1078", "T1134", "T1484", "T1543", "T1546", "T1547", "T1548", "T1574",
            "T1611",
        ],
    ),
    (
        Tactic::DefenseEvasion,
        &[
            "T1006", "T1014", "T1027", "T1036", "T1055", "T1070", "T1078", "T1112", "T1127", "T1134", "T1140", "T1197",
            "T1202", "T1205", "T1207", "T1211", "T1216", "T1218", "T1220", "T1221", "T1222", "T1480", "T1484", "T1497",
            "T1535", "T1542", "T1548", "T1550", "T1553", "T1556", "T1562", "T1564", "T1574", "T1578", "T1599", "T1600",
            "T1601", "T1610", "T1612",
        ],
    ),
    (
        Tactic::CredentialAccess,
        &[
            "T1003", "T1040", "T1056", "T1110", "T1111", "T1187", "T1212", "T1528", "T1539", "T1552", "T1555", "T1556",
            "T1557", "T1558", "T1606", "T1613", "T1614", "T1621",
        ],
    ),
    (
        Tactic::Discovery,
        &[
            "T1007", "T1010", "T1012", "T1016", "T1018", "T1033", "T1040", "T1046", "T1049", "T1057", "T1069", "T1082",
            "T1083", "T1087", "T1120", "T1124", "T1135", "T1201", "T1217", "T1482", "T1497", "T1518", "T1526", "T1538",
            "T1580",
        ],
    ),
    (Tactic::LateralMovement, &["T1021", "T1072", "T1080", "T1091", "T1210", "T1534", "T1550", "T1563", "T1570"]),
    (
        Tactic::Collection,
        &[
            "T1005", "T1025", "T1039", "T1056", "T1074", "T1113", "T1114", "T1115", "T1119", "T1123", "T1125", "T1185",
            "T1213", "T1530", "T1557", "T1560", "T1602", "T1609", "T1610",
        ],
    ),
    (
        Tactic::CommandAndControl,
        &[
            "T1001", "T1008", "T1071", "T1090", "T1092", "T1095", "T1102", "T1104", "T1105", "T1132", "T1205", "T1219",
            "T1568", "T1571", "T1572", "T1573",
        ],
    ),
    (Tactic::Exfiltration, &["T1011", "T1020", "T1029", "T1030", "T1041", "T1048", "T1052", "T1537", "T1567"]),
    (
        Tactic::Impact,
        &[
            "T1485", "T1486", "T1489", "T1490", "T1491", "T1495", "T1496", "T1498", "T1499", "T1529", "T1531", "T1561",
            "T1565",
        ],
    ),
];

/// The tactics that a technique is known for, in the order of the matrix; none where it is not known.
pub fn tactics(technique: &str) -> Vec<Tactic> {
    let technique = technique.split('.').next().unwrap_or_default();
    TABLE.iter().filter(|(_, known)| known.contains(&technique)).map(|(tactic, _)| *tactic).collect()
}

/// Tactics of techniques, in the order of the matrix, each once: of each technique the first, which is enough for the checks and
/// says what the rule is about better than all that the technique could serve. Of a technique that the checks do not know it is
/// ATT&CK's first.
pub fn covering(techniques: &[String]) -> Vec<Tactic> {
    let known = |technique: &str| tactics(technique).into_iter().next();
    let of_attack = |technique: &str| attack::technique(technique)?.tactics.first().copied();
    let first = |technique: &String| known(technique).or_else(|| of_attack(technique));
    let chosen: BTreeSet<Tactic> = techniques.iter().filter_map(first).collect();
    chosen.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covered(techniques: &[&str]) -> Vec<&'static str> {
        let techniques: Vec<String> = techniques.iter().map(|&technique| technique.to_owned()).collect();
        covering(&techniques).into_iter().map(Tactic::word).collect()
    }

    #[test]
    fn each_technique_that_is_known_brings_its_first_tactic() {
        assert_eq!(covered(&["T1528"]), ["CredentialAccess"]);
        assert_eq!(covered(&["T1550.001"]), ["DefenseEvasion"]);
        assert_eq!(covered(&["T1550.001", "T1534"]), ["DefenseEvasion", "LateralMovement"]);
        assert_eq!(
            covered(&["T1078.004", "T1539", "T1550.004"]),
            ["InitialAccess", "DefenseEvasion", "CredentialAccess"]
        );
        assert_eq!(covered(&["T1649"]), ["CredentialAccess"]);
        assert_eq!(covered(&["T9999"]), Vec::<&str>::new());
    }

    #[test]
    fn the_table_has_every_technique_of_a_tactic_once_and_in_order() {
        for (tactic, techniques) in TABLE {
            assert!(techniques.windows(2).all(|pair| pair[0] < pair[1]), "{}", tactic.word());
        }
        assert_eq!(tactics("T1621"), [Tactic::CredentialAccess]);
    }
}
