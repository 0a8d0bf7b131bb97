/// Elements by where they lie in the file, the first one on top: a binary heap.
struct OffsetHeap<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    private let offset: @Sendable (Element) -> UInt64

    init(_ offset: @escaping @Sendable (Element) -> UInt64) {
        self.offset = offset
    }

    var count: Int { elements.count }
    var isEmpty: Bool { elements.isEmpty }
    /// The lowest offset.
    var lowest: UInt64? { elements.first.map(offset) }

    mutating func push(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard offset(elements[child]) < offset(elements[parent]) else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeAll() {
        elements = []
    }

    mutating func pop() -> Element? {
        guard let last = elements.popLast() else { return nil }
        guard let first = elements.first else { return last }
        elements[0] = last
        var parent = 0
        while true {
            var lowest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < elements.count && offset(elements[child]) < offset(elements[lowest]) {
                lowest = child
            }
            guard lowest != parent else { return first }
            elements.swapAt(parent, lowest)
            parent = lowest
        }
    }
}
