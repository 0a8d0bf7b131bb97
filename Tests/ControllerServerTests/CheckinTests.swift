import ProvisioningAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct CheckinTests {
    @Test func aCheckinIsReservedReportedReadAndForgotten() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let path = "/api/v1/checkins/inspect-1"
                let body = #"{"addresses":["192.0.2.7","2001:db8::7"]}"#
                let early = try await controller.ask(.PUT, path, body: body)
                #expect(early.status == 404)
                #expect(try early.json(ErrorMessage.self).message.isEmpty == false)
                #expect(try await controller.ask(.GET, path).status == 404)
                #expect(try await controller.ask(.POST, path, body: "{").status == 400)
                #expect(try await controller.ask(.POST, path, body: #"{"addresses":[]}"#).status == 204)
                #expect(try await controller.ask(.GET, path).json(Checkin.self).addresses.isEmpty)
                #expect(try await controller.ask(.PUT, path, body: #"{"addresses":"x"}"#).status == 400)
                #expect(try await controller.ask(.PUT, path, body: #"{"addresses":["10.0.0.1/8"]}"#).status == 400)
                #expect(try await controller.ask(.PUT, path, body: body).status == 204)
                // A second registration keeps what was reported.
                #expect(try await controller.ask(.POST, path, body: #"{"addresses":[]}"#).status == 204)
                let checkin: Checkin = try await controller.ask(.GET, path).json()
                #expect(checkin.id == "inspect-1")
                #expect(checkin.addresses == ["192.0.2.7", "2001:db8::7"])
                #expect(try await controller.ask(.DELETE, path).status == 204)
                #expect(try await controller.ask(.DELETE, path).status == 404)
                #expect(try await controller.ask(.POST, path, body: #"{"addresses":[]}"#).status == 204)
                #expect(try await controller.ask(.DELETE, "/api/v1/checkins").status == 204)
                #expect(try await controller.ask(.GET, path).status == 404)
            }
        }
    }
}
