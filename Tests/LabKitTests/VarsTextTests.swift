import LabKit
import Testing

@Suite struct VarsTextTests {
    @Test func valuesAreQuotedAndKeysSorted() {
        var vars: VarsText = ["TOKEN": #"a"b\c$d`e"#, "IMAGE": "http://host/x"]
        vars["GONE"] = "1"
        vars["GONE"] = nil
        #expect(vars.text == #"IMAGE="http://host/x""# + "\n" + #"TOKEN="a\"b\\c\$d\`e""# + "\n")
        #expect(vars.merging(["IMAGE": "y"])["IMAGE"] == "y")
    }
}
