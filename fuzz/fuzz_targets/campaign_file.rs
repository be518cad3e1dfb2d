#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| textbank_fuzz::campaign_file(data));
