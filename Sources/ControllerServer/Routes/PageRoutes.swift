import Hummingbird
import NIOCore

/// The fleet page.
struct PageRoutes {
    func add(to router: Router<ControllerContext>) {
        router.get("/") { _, _ in
            let nonce = String(UInt64.random(in: .min ... .max), radix: 36)
            var headers: HTTPFields = [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
            ]
            headers[.contentSecurityPolicy] =
                "default-src 'none'; connect-src 'self'; style-src 'nonce-\(nonce)'; style-src-attr 'unsafe-inline'; "
                + "script-src 'nonce-\(nonce)'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            let page = ByteBuffer(string: FleetPage.document(nonce: nonce))
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: page))
        }
    }
}
