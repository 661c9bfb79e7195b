//! Numbers that look random and are the same everywhere.

/// `SplitMix64`: small, fast, and the same everywhere.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// One of some.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap_or(0)]
    }

    /// A fraction from 0 to less than 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / 9_007_199_254_740_992.0
    }

    /// A UUID of version 4.
    pub fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let [a, b, c] = [high >> 32, (high >> 16) & 0xffff, high & 0xfff];
        format!("{a:08x}-{b:04x}-4{c:03x}-{:04x}-{:012x}", 0x8000 | (low >> 50), low & 0xffff_ffff_ffff)
    }

    /// The identifier of a token as Entra writes it: 16 bytes in the URL-safe form of Base64.
    pub fn token(&mut self) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = String::with_capacity(22);
        for _ in 0..2 {
            let mut bits = self.next();
            for _ in 0..11 {
                text.push(char::from(LETTERS[usize::try_from(bits & 63).unwrap_or(0)]));
                bits >>= 6;
            }
        }
        text
    }
}

/// Ranks from 1 to a length whose frequency falls with their 0.9th power: a few are very busy, most are rare. Only sums, products
/// and one root by Newton's method, so that every machine draws the same.
pub struct Zipf {
    least: f64,
    width: f64,
}

impl Zipf {
    /// Over so many ranks.
    pub fn new(length: f64) -> Self {
        let (least, most) = (tenth_root(0.5), tenth_root(length + 0.5));
        Self { least, width: most - least }
    }

    /// One rank.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to the length")]
    pub fn draw(&self, random: &mut Random) -> u64 {
        let root = self.least + random.fraction() * self.width;
        (power_of_ten(root) + 0.5) as u64
    }
}

fn power_of_ten(base: f64) -> f64 {
    let square = base * base;
    let fourth = square * square;
    fourth * fourth * square
}

fn tenth_root(of: f64) -> f64 {
    let mut root = 1.0 + of / 1e6;
    // From above, where Newton's steps only fall; the first ones take a tenth away each.
    while power_of_ten(root) < of {
        root *= 1.5;
    }
    for _ in 0..200 {
        let ninth = power_of_ten(root) / root;
        root -= (power_of_ten(root) - of) / (10.0 * ninth);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_roots() {
        for number in [0.5, 1.0, 1024.0, 4e5] {
            assert!((power_of_ten(tenth_root(number)) - number).abs() < number * 1e-9);
        }
    }
}
