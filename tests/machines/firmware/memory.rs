//! The memory of the emulated board that a target runs on.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-changed=../memory.rs");
    let (flash, ram) = match env::var("TARGET").unwrap().as_str() {
        "thumbv7m-none-eabi" => ("256K", "64K"), // lm3s6965evb
        "thumbv6m-none-eabi" => ("256K", "16K"), // microbit
        other => panic!("no board is known for {other}"),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    let memory = format!(
        "MEMORY {{\n  FLASH : ORIGIN = 0x00000000, LENGTH = {flash}\n  RAM : ORIGIN = 0x20000000, LENGTH = {ram}\n}}\n"
    );
    fs::write(out.join("memory.x"), memory).unwrap();
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg=-Tlink.x");
    println!("cargo:rustc-link-arg=--nmagic");
}
