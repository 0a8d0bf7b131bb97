/// A certificate authority made for these tests only, and what it signed: a certificate for `localhost`. Valid from 2026
/// for a hundred years. The authority's own key was thrown away.
enum TestCertificates {
    static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBqTCCAU+gAwIBAgIUIUPCiOs9GOTNoHlJwdmxl2uSMoMwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEwOTAw
        NDJaGA8yMTI2MTAyODA5MDA0MlowITEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1
        dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFq2M5x3cA2KWt7nv1/h
        jTsa3a7S49cTgmcmKxTiK2WDLC8HJIKsQnHQQ7nqbrAWdid7MnTdTOrUUfgUG8za
        X1+jYzBhMB0GA1UdDgQWBBQB4aJXbIkzvan41C9kIQ+Bd4jDSTAfBgNVHSMEGDAW
        gBQB4aJXbIkzvan41C9kIQ+Bd4jDSTAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB
        /wQEAwICBDAKBggqhkjOPQQDAgNIADBFAiB6e63D+UGatph/BZzBm2HpuIkrKUHr
        W6Hy8JHxhATfGwIhAMRJ4pLcn9gxAlzUy9c6sAbJDdpOSVyZ/whyNnU/owuw
        -----END CERTIFICATE-----
        """

    static let leaf = """
        -----BEGIN CERTIFICATE-----
        MIIBnDCCAUKgAwIBAgIUajDC1YTxPyk4JjM6k1g2GoZojhAwCgYIKoZIzj0EAwIw
        ITEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTAgFw0yNjExMjEwOTAw
        NDJaGA8yMTI2MTAyODA5MDA0MlowFDESMBAGA1UEAwwJbG9jYWxob3N0MFkwEwYH
        KoZIzj0CAQYIKoZIzj0DAQcDQgAEMwY1zvraY2zA2A7TBOqnZX1l/r/mH0GaLu+x
        Pggw7tcHfkt5P2h1KqpC1tBnufXvTzY9809IqrpVycnUx34FXKNjMGEwFAYDVR0R
        BA0wC4IJbG9jYWxob3N0MAkGA1UdEwQCMAAwHQYDVR0OBBYEFOoRU2Y14FQvEobW
        zrLOjLmvF2DNMB8GA1UdIwQYMBaAFAHholdsiTO9qfjUL2QhD4F3iMNJMAoGCCqG
        SM49BAMCA0gAMEUCIQD8eCG/f+txzTezn3fIb1nTVHlIDnyF2ojAKeLuKP8jmwIg
        GowMBkjJYX6yU82pwESqOBLEFr6tkBmoay4oGSro/2Y=
        -----END CERTIFICATE-----
        """

    static let leafKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQga77Tu+RnpEDLy1eH
        SF6Ch5NRsXQ+shHpOV6YTKbgAsehRANCAAQzBjXO+tpjbMDYDtME6qdlfWX+v+Yf
        QZou77E+CDDu1wd+S3k/aHUqqkLW0Ge59e9PNj3zT0iqulXJydTHfgVc
        -----END PRIVATE KEY-----
        """
}
