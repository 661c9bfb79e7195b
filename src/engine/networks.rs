//! Sets of networks, asked for an address: one look per length of prefix, however many networks there are.

use std::collections::BTreeMap;
use std::net::IpAddr;

use ipnet::IpNet;
use rustc_hash::FxHashSet;

/// Networks by the length of their prefix.
#[derive(Clone, Debug, Default)]
pub struct Networks {
    v4: BTreeMap<u8, FxHashSet<u32>>,
    v6: BTreeMap<u8, FxHashSet<u128>>,
}

impl Networks {
    /// A set of these networks.
    pub fn new(networks: impl IntoIterator<Item = IpNet>) -> Self {
        let mut set = Self::default();
        for network in networks {
            match network {
                IpNet::V4(network) => {
                    set.v4.entry(network.prefix_len()).or_default().insert(network.network().to_bits());
                }
                IpNet::V6(network) => {
                    set.v6.entry(network.prefix_len()).or_default().insert(network.network().to_bits());
                }
            }
        }
        set
    }

    /// Whether an address is in one of them. An address is only ever in a network of its own kind.
    pub fn contains(&self, address: IpAddr) -> bool {
        // A prefix of no bits would be a shift by all of them.
        match address {
            IpAddr::V4(address) => self.v4.iter().any(|(length, networks)| {
                let mask = u32::MAX.checked_shl(32 - u32::from(*length)).unwrap_or(0);
                networks.contains(&(address.to_bits() & mask))
            }),
            IpAddr::V6(address) => self.v6.iter().any(|(length, networks)| {
                let mask = u128::MAX.checked_shl(128 - u32::from(*length)).unwrap_or(0);
                networks.contains(&(address.to_bits() & mask))
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_holds_what_one_of_its_networks_holds(
            networks in prop::collection::vec((any::<[u8; 16]>(), any::<bool>(), 0_u8..=128), 0..8),
            address in any::<[u8; 16]>(),
            is_v6 in any::<bool>(),
            near in 0_usize..8,
        ) {
            let address_of = |bytes: [u8; 16], v6: bool| {
                if v6 { IpAddr::from(bytes) } else { IpAddr::from([bytes[0], bytes[1], bytes[2], bytes[3]]) }
            };
            let networks: Vec<IpNet> = networks
                .into_iter()
                .map(|(bytes, v6, length)| {
                    IpNet::new(address_of(bytes, v6), if v6 { length } else { length % 33 }).unwrap().trunc()
                })
                .collect();
            let set = Networks::new(networks.iter().copied());
            let edges = networks.get(near).map(|network| [network.network(), network.broadcast()]);
            for address in edges.into_iter().flatten().chain([address_of(address, is_v6)]) {
                let expected = networks.iter().any(|network| network.contains(&address));
                prop_assert_eq!(set.contains(address), expected, "{} in {:?}", address, networks);
            }
        }
    }
}
