//! Sums that numbers are added to and taken from again without drift.
//!
//! Whole numbers are summed in 128 bits. Floats are summed exactly too, in one long fixed-point number that spans all their
//! exponents, and rounded once when the sum is asked for: the result does not depend on the order of the events or on what
//! was in the window before.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::Type;
use crate::value::Value;

/// A sum and the number of its terms.
#[derive(Default, Serialize, Deserialize)]
pub struct Total {
    count: u64,
    whole: i128,
    floats: Option<Box<Exact>>,
}

impl Total {
    /// Adds a number; what is missing is no term. Whether it is one.
    pub fn add(&mut self, value: &Value) -> bool {
        let is_term = self.change(value, 1);
        self.count += u64::from(is_term);
        is_term
    }

    /// Takes away a number that was added.
    pub fn remove(&mut self, value: &Value) {
        self.count -= u64::from(self.change(value, -1));
    }

    /// Whether the value is a term.
    fn change(&mut self, value: &Value, sign: i8) -> bool {
        if let Some(number) = value.as_float() {
            self.floats.get_or_insert_default().add(number, sign);
            return true;
        }
        let Some(number) = value.as_whole() else { return false };
        self.whole += i128::from(sign) * i128::from(number);
        true
    }

    fn float(&self) -> f64 {
        self.floats.as_ref().map_or(0.0, |floats| floats.round())
    }

    /// The sum; 0 over no values, missing beyond what the type holds.
    pub fn sum(&self, ty: &Type) -> Value {
        if *ty == Type::Float {
            let sum = self.float();
            return if sum.is_finite() { Value::Float(sum) } else { Value::Missing };
        }
        let whole = i64::try_from(self.whole).ok();
        whole.map_or(Value::Missing, if *ty == Type::Duration { Value::Duration } else { Value::Int })
    }

    /// The mean, missing over no values; of durations a duration in whole microseconds, rounded down.
    #[expect(clippy::cast_precision_loss, reason = "the mean is a float by definition")]
    pub fn mean(&self, ty: &Type) -> Value {
        if self.count == 0 {
            return Value::Missing;
        }
        if *ty == Type::Duration {
            let mean = self.whole.div_euclid(i128::from(self.count));
            return i64::try_from(mean).map_or(Value::Missing, Value::Duration);
        }
        let total = if self.floats.is_some() { self.float() } else { self.whole as f64 };
        let mean = total / self.count as f64;
        if mean.is_finite() { Value::Float(mean) } else { Value::Missing }
    }
}

/// Bits of a limb's place value.
const LIMB: i32 = 32;
/// The exponent of the lowest bit of any float.
const LOWEST: i32 = -1074;
/// Enough limbs for the largest float, and for the carries of 2⁶⁴ of them.
const LIMBS: usize = 69;

/// A sum of floats as a fixed-point number: limb i counts multiples of 2^(LOWEST + 32 i). Limbs may be negative or too large
/// in between; they have 31 bits of room for that.
#[derive(Serialize, Deserialize)]
struct Exact {
    #[serde(serialize_with = "save", deserialize_with = "restore")]
    limbs: [i64; LIMBS],
    /// Additions since carries were last moved on.
    pending: u32,
}

fn save<S: Serializer>(limbs: &[i64; LIMBS], serializer: S) -> Result<S::Ok, S::Error> {
    limbs.as_slice().serialize(serializer)
}

fn restore<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[i64; LIMBS], D::Error> {
    let limbs = Vec::<i64>::deserialize(deserializer)?;
    limbs.try_into().map_err(|_| de::Error::custom("not as many limbs as a sum has"))
}

impl Default for Exact {
    fn default() -> Self {
        Self { limbs: [0; LIMBS], pending: 0 }
    }
}

impl Exact {
    /// Adds a finite number, or takes it away. Events hold no others.
    fn add(&mut self, number: f64, sign: i8) {
        if !number.is_finite() {
            return;
        }
        let bits = number.to_bits();
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let exponent = usize::try_from((bits >> 52) & 0x7ff).unwrap_or_default();
        // Subnormal numbers share the exponent of the smallest normal ones and lack the leading one.
        let (mantissa, shift) = if exponent == 0 { (fraction, 0) } else { (fraction | 1 << 52, exponent - 1) };
        let negative = number.is_sign_negative() != (sign < 0);
        let mut rest = mantissa << (shift % 32);
        for limb in self.limbs.iter_mut().skip(shift / 32).take(3) {
            let digits = i64::try_from(rest & 0xffff_ffff).unwrap_or_default();
            *limb += if negative { -digits } else { digits };
            rest >>= LIMB;
        }
        self.pending += 1;
        if self.pending == 1 << 30 {
            carry(&mut self.limbs);
            self.pending = 0;
        }
    }

    /// The nearest float; infinite beyond the largest.
    fn round(&self) -> f64 {
        let mut limbs = self.limbs;
        carry(&mut limbs);
        let negative = limbs[LIMBS - 1] < 0;
        if negative {
            limbs.iter_mut().for_each(|limb| *limb = -*limb);
            carry(&mut limbs);
        }
        let Some(top) = limbs.iter().rposition(|limb| *limb != 0) else { return 0.0 };
        // Three limbs hold more than the 53 bits of a float; whether anything is below them decides ties.
        let low = top.saturating_sub(2);
        let digits =
            limbs[low..=top].iter().rev().fold(0_u128, |digits, limb| digits << LIMB | u128::from(limb.unsigned_abs()));
        let sticky = limbs[..low].iter().any(|limb| *limb != 0);
        let digits = if sticky { digits | 1 } else { digits };
        let exponent = LOWEST + LIMB * i32::try_from(low).unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "this is the one rounding")]
        let magnitude = scaled(digits as f64, exponent);
        if negative { -magnitude } else { magnitude }
    }
}

/// Moves what a limb has beyond its 32 bits on to the next. All limbs but the last end up between 0 and 2³² − 1.
fn carry(limbs: &mut [i64; LIMBS]) {
    let mut over = 0;
    for limb in &mut limbs[..LIMBS - 1] {
        let sum = *limb + over;
        *limb = sum & 0xffff_ffff;
        over = sum >> LIMB;
    }
    limbs[LIMBS - 1] += over;
}

/// `number · 2^exponent` in steps that stay within the exponents of floats. Only sums below 10⁻³⁰⁷ are rounded again here.
fn scaled(mut number: f64, mut exponent: i32) -> f64 {
    while exponent < -1000 {
        number *= 2_f64.powi(-1000);
        exponent += 1000;
    }
    while exponent > 1000 {
        number *= 2_f64.powi(1000);
        exponent -= 1000;
    }
    number * 2_f64.powi(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(numbers: &[f64]) -> f64 {
        let mut exact = Exact::default();
        numbers.iter().for_each(|number| exact.add(*number, 1));
        exact.round()
    }

    #[test]
    fn one_number_is_its_own_sum() {
        for number in
            [0.0, 1.0, -1.0, 0.1, -2.5e-3, 1e300, -1e-300, f64::MAX, f64::MIN_POSITIVE, 5e-324, 123_456_789.125]
        {
            assert_eq!(sum(&[number]).to_bits(), number.to_bits(), "{number}");
        }
    }

    #[test]
    fn small_terms_are_not_lost_beside_large_ones() {
        assert_eq!(sum(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, 1.0]), 1e16 + 2.0);
        assert_eq!(sum(&[-0.1, -0.2]), -0.1 - 0.2);
    }

    #[test]
    fn half_way_cases_round_to_even_and_a_bit_far_below_decides() {
        let one_and_a_half_step = 2_f64.powi(-53);
        assert_eq!(sum(&[1.0, one_and_a_half_step]), 1.0);
        assert_eq!(sum(&[1.0, one_and_a_half_step, 1e-200]), 1.0 + f64::EPSILON);
    }

    #[test]
    fn what_is_taken_away_leaves_no_trace() {
        let mut exact = Exact::default();
        let numbers: Vec<f64> = (1..2000).map(|n| f64::from(n) * 0.1 - 77.7).collect();
        numbers.iter().for_each(|number| exact.add(*number, 1));
        exact.add(0.3, 1);
        numbers.iter().for_each(|number| exact.add(*number, -1));
        assert_eq!(exact.round().to_bits(), 0.3_f64.to_bits());
    }

    #[test]
    fn a_sum_beyond_its_type_is_missing() {
        let mut total = Total::default();
        total.add(&Value::Int(i64::MAX));
        assert_eq!(total.sum(&Type::Int), Value::Int(i64::MAX));
        total.add(&Value::Int(1));
        assert_eq!(total.sum(&Type::Int), Value::Missing);
        total.remove(&Value::Int(2));
        let mut floats = Total::default();
        floats.add(&Value::Float(f64::MAX));
        floats.add(&Value::Float(f64::MAX));
        assert_eq!(floats.sum(&Type::Float), Value::Missing);
    }

    #[test]
    fn the_mean_of_durations_is_in_whole_microseconds() {
        let mut total = Total::default();
        assert_eq!(total.mean(&Type::Duration), Value::Missing);
        [-1, -2].iter().for_each(|micros| {
            total.add(&Value::Duration(*micros));
        });
        assert_eq!(total.mean(&Type::Duration), Value::Duration(-2));
    }
}
