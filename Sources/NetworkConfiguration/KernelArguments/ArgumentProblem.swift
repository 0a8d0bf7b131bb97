/// What is wrong with one argument: one clause that quotes it.
struct ArgumentProblem: Error, Equatable {
    let text: String

    /// - Parameter argument: the argument as it was given, such as `vlan=eth0.5`.
    init(_ argument: String, _ problem: String) {
        text = "\(argument) \(problem)"
    }
}
