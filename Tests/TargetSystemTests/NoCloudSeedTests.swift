import Testing

@testable import TargetSystem

@Suite struct `NoCloud seeds` {
    private func files(
        metaData: String? = nil, userData: String? = nil, instanceID: String = "i-1", hostname: String? = "web-1"
    ) -> (files: [String: String], warnings: [String]) {
        let seed = NoCloudSeed(metaData: metaData.map { Array($0.utf8) }, userData: userData.map { Array($0.utf8) })
        let made = NoCloudFiles(seed, instanceID: instanceID, hostname: hostname)
        let pairs = made.files.map { ($0.name, String(decoding: $0.contents, as: UTF8.self)) }
        return (Dictionary(pairs) { $1 }, made.warnings)
    }

    @Test func `without anything given there is meta-data and an empty cloud-config`() {
        let (files, warnings) = files()
        #expect(
            files == [
                "meta-data": "instance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n", "user-data": "#cloud-config\n",
            ])
        #expect(warnings.isEmpty)
    }

    @Test func `what is given is written byte for byte`() {
        let seed = NoCloudSeed(
            metaData: Array("instance-id: a\nhostname: b".utf8), userData: [0, 255, 10],
            networkConfig: Array("version: 2".utf8), vendorData: [])
        let made = NoCloudFiles(seed, instanceID: "i-1", hostname: "web-1")
        #expect(made.files.map(\.name) == ["meta-data", "user-data", "network-config", "vendor-data"])
        #expect(made.files.map(\.contents) == [seed.metaData, seed.userData, seed.networkConfig, seed.vendorData])
    }

    @Test(arguments: [
        ("a: b", "a: b\ninstance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n"),
        ("instance-id: x\n", "instance-id: x\nlocal-hostname: \"web-1\"\n"),
        ("local-hostname: x\n", "local-hostname: x\ninstance-id: \"i-1\"\n"),
        ("---\n\"instance-id\" : x\n", "---\n\"instance-id\" : x\nlocal-hostname: \"web-1\"\n"),
        ("nested:\n  instance-id: x\n", "nested:\n  instance-id: x\ninstance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n"),
        ("# instance-id: x\n", "# instance-id: x\ninstance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n"),
        ("  \n", "  \ninstance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n"),
    ])
    func `keys that the meta-data lacks are added`(given: String, expected: String) {
        let (files, warnings) = files(metaData: given)
        #expect(files["meta-data"] == expected)
        #expect(warnings.isEmpty)
    }

    @Test(arguments: [
        ("{\"instance-id\": \"x\", \"hostname\": \"y\"}", 0), ("{\"hostname\": \"y\"}", 1), ("{}", 2),
        ("a: b\n...\n", 2), ("a: b\n---\nc: d\n", 2), ("- a\n", 2),
    ])
    func `other forms are left alone, with a warning for what they lack`(given: String, warned: Int) {
        let (files, warnings) = files(metaData: given)
        #expect(files["meta-data"] == given)
        #expect(warnings.count == warned)
    }

    @Test(arguments: [
        ("web-1", "\"web-1\""), ("a\"b", "\"a\\\"b\""), ("a\\", "\"a\\\\\""), ("x\nuser: root", "\"x\\nuser: root\""),
        ("a\r", "\"a\\u000d\""), ("\u{85}\u{2028}", "\"\\u0085\\u2028\""), ("é", "\"\\u00e9\""),
        ("😀", "\"\\U0001f600\""), ("", "\"\""), ("\u{0}\u{7f}", "\"\\u0000\\u007f\""), ("#{}: !x", "\"#{}: !x\""),
    ])
    func `values cannot leave their quotes`(text: String, expected: String) {
        #expect(YAMLScalar.quoted(text) == expected)
    }

    @Test(arguments: [
        ("datasource_list: [ NoCloud, None ]", ["NoCloud", "None"]),
        ("datasource_list: ['Ec2', \"None\"]", ["Ec2", "None"]),
        ("datasource_list:\n  - Azure\n  # no\n  - None\nother: 1", ["Azure", "None"]),
        ("datasource_list:\n- NoCloud", ["NoCloud"]), ("datasource_list: [\n  Ec2,\n  NoCloud\n]", ["Ec2", "NoCloud"]),
        ("x: 1\n# datasource_list: [Ec2]", nil), (" datasource_list: [Ec2]", nil), ("datasource_list: []", []),
        ("datasource_list: [Ec2] # NoCloud", ["Ec2"]), ("datasource_list: [Ec2]\ndatasource_list: [None]", ["None"]),
        ("", nil), ("datasource_list:", []), ("datasource_list: [a", ["a"]),
    ])
    func `datasource lists are read in either style`(text: String, list: [String]?) {
        #expect(CloudInitInspection.datasourceList(in: text) == list)
    }
}
