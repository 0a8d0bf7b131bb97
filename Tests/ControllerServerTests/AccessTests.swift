import ControllerServer
import Testing

@Suite(.timeLimit(.minutes(1))) struct AccessTests {
    @Test func othersReachOnlyWhatIsOpen() async throws {
        try await withTemporaryDirectory { directory in
            let token = try await withController(data: directory) { controller in
                let token = try await controller.define("a")
                _ = try await controller.ask(.POST, "/api/v1/checkins/c", body: #"{"addresses":[]}"#)
                return token
            }
            // This host is a stranger to a controller that trusts only another network.
            try await withController(
                data: directory,
                {
                    $0.trusted = [AddressBlock("192.0.2.0/24")].compactMap(\.self)
                    $0.imagesDirectory = directory
                    $0.netbootDirectory = directory
                }
            ) { controller in
                for path in [
                    "/", "/metrics", "/nothing", "/api/v1/machines", "/api/v1/machines/a", "/api/v1/machines/a/log",
                    "/api/v1/machines/a/log?follow=1", "/api/v1/machines/a/events", "/api/v1/machines/a/debug",
                    "/api/v1/checkins/c", "/api/v1/checkins", "//api/v1/machines", "/API/v1/machines",
                ] {
                    let answer = try await controller.ask(
                        .GET, path, token: token,
                        headers: [("X-Forwarded-For", "192.0.2.1"), ("Forwarded", "for=192.0.2.1")])
                    #expect(answer.status == 403, "\(path)")
                    #expect(answer.text == #"{"message":"this is open to trusted networks only"}"#)
                }
                #expect(try await controller.ask(.PUT, "/api/v1/machines/b", body: "{}").status == 403)
                #expect(try await controller.ask(.DELETE, "/api/v1/machines/a").status == 403)
                #expect(try await controller.ask(.POST, "/api/v1/checkins/d", body: "{}").status == 403)
                #expect(try await controller.ask(.DELETE, "/api/v1/checkins").status == 403)

                #expect(try await controller.ask(.GET, "/healthz").text == "ok")
                #expect(try await controller.ask(.GET, "/images/none").status == 404)
                #expect(try await controller.ask(.HEAD, "/images/lock").status == 200)
                #expect(try await controller.ask(.GET, "/boot.ipxe").status == 200)
                #expect(try await controller.ask(.GET, "/boot/52-54-00-00-00-01.ipxe").status == 200)
                let addresses = #"{"addresses":["192.0.2.7","2001:db8::7"]}"#
                #expect(try await controller.ask(.PUT, "/api/v1/checkins/c", body: addresses).status == 204)
                #expect(try await controller.ask(.GET, "/api/v1/machines/a/vars").status == 401)
                let vars = try await controller.ask(.GET, "/api/v1/machines/a/vars", token: token)
                #expect(vars.text.contains("TOKEN='\(token)'"))
                let answer = try await controller.ask(
                    .POST, "/api/v1/machines/a/status/init", token: token, body: "provisioning started")
                #expect(answer.status == 204)
            }
        }
    }
}
