//! Tells the linker how to build a Node-API addon.
fn main() {
    napi_build::setup();
}
