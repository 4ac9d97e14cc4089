//! Random numbers that are the same whenever, wherever and on whatever runtime an example runs.

/// SplitMix64: a crate's generator may become another one with its next version.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of 0, 1 and so on up to `last`: `random.randint(0, last)`.
    pub(crate) fn up_to(&mut self, last: u32) -> u32 {
        let sides = u64::from(last) + 1;
        u32::try_from(self.next() % sides).expect("not more than `last`")
    }
}
