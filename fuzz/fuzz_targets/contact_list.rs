#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| textbank_fuzz::contact_list(data));
