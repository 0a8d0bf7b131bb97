import DeployVars

extension ImageVars {
    /// The mirrors with their secrets, for whoever fetches from them.
    var locations: [String] {
        mirrors.map { mirror in
            switch mirror {
            case .http(let url): url.text
            case .oci(let reference): reference.description
            case .file(let path): path
            }
        }
    }
}
