//! Links libdrawdown_c: from $DRAWDOWN_LIB_DIR, or from where the linker looks.
fn main() {
    println!("cargo:rerun-if-env-changed=DRAWDOWN_LIB_DIR");
    println!("cargo:rustc-link-lib=dylib=drawdown_c");
    if let Ok(folder) = std::env::var("DRAWDOWN_LIB_DIR") {
        println!("cargo:rustc-link-search=native={}", folder);
        // For this package's own tests and examples; a program that depends on
        // it sets LD_LIBRARY_PATH or installs the library.
        println!("cargo:rustc-link-arg=-Wl,-rpath,{}", folder);
    }
}
