import Testing

@testable import ImageSources

@Suite struct AuthenticationChallengeTests {
    @Test(arguments: [
        (["Basic realm=\"a b\""], ["basic": ["realm": "a b"]]),
        (
            ["Bearer realm=\"https://t.example/x?y=1,2\", Service=s ,scope=\"repository:a/b:pull,push\""],
            ["bearer": ["realm": "https://t.example/x?y=1,2", "service": "s", "scope": "repository:a/b:pull,push"]]
        ),
        (["Negotiate, BASIC realm=\"q\\\"q\""], ["negotiate": [:], "basic": ["realm": "q\"q"]]),
        (["Basic realm=a, Bearer realm=b"], ["basic": ["realm": "a"], "bearer": ["realm": "b"]]),
        (["Basic realm=a", "Bearer realm=b"], ["basic": ["realm": "a"], "bearer": ["realm": "b"]]),
        (["Bearer realm=\"open"], ["bearer": [:]]), (["", "=", ",,,", "\"x\""], [:]),
    ])
    func challengesAreTakenApart(values: [String], expected: [String: [String: String]]) {
        let list = AuthenticationChallenge.list(values)
        #expect(Dictionary(list.map { ($0.scheme, $0.parameters) }) { $1 } == expected)
    }
}
