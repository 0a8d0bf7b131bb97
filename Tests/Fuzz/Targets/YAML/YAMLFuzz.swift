import FuzzInput
import YAML

/// Texts that may be YAML.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    do throws(YAMLError) {
        var limits = YAMLLimits()
        limits.nodes = 2000
        guard let node = try YAMLNode(parsing: input.rest(), limits: limits) else { return 0 }
        var nodes = 0
        walk(node, &nodes, depth: 0, limits)
    } catch {
        show(error)
    }
    return 0
}

/// Whoever walks a document meets no more than the limits say, whatever its aliases and merge keys do.
private func walk(_ node: YAMLNode, _ nodes: inout Int, depth: Int, _ limits: YAMLLimits) {
    nodes += 1
    promise(nodes <= limits.nodes && depth <= limits.depth, "\(nodes) values, \(depth) deep")
    _ = (node.isNull, node.bool, node.integer(UInt16.self), node.integer(Int.self), node.stringOrStrings)
    promise(node.line > 0 && node.column > 0, "a value in line \(node.line), column \(node.column)")
    for item in node.sequence ?? [] { walk(item, &nodes, depth: depth + 1, limits) }
    let entries = node.mapping ?? []
    promise(Set(entries.map(\.key)).count == entries.count, "a key is there twice")
    for entry in entries { walk(entry.value, &nodes, depth: depth + 1, limits) }
}
