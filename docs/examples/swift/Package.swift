// swift-tools-version:5.9
import PackageDescription

// SQLite comes with macOS; on Linux: apt-get install libsqlite3-dev.
let package = Package(
    name: "ChatReader",
    platforms: [.macOS(.v13)],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(name: "ChatReader", dependencies: ["CSQLite"]),
        .executableTarget(name: "adapter", dependencies: ["ChatReader"]),
        .testTarget(name: "ChatReaderTests", dependencies: ["ChatReader"]),
    ]
)
