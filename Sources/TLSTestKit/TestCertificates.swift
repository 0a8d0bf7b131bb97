/// Certificates for tests: authorities, and what they signed for the one key of the test server. Made by `openssl ca`; the
/// authorities' own keys were thrown away. Unless it says otherwise, each is valid from 2020 to 2120.
public enum TestCertificates {
    /// The authority that clients of a test are to trust: `CN=Martlet test authority, O=Martlet`.
    public static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBrTCCAVKgAwIBAgIUSIbUs81bT5Mq9doWFEjOrUfzcnswCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowMzEfMB0GA1UE
        AwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFydGxldDBZMBMG
        ByqGSM49AgEGCCqGSM49AwEHA0IABKjhWCqedfW5cBuEA6ZegTo02TBlw6WejN1d
        bsb2kbwlL/AnIwFrHc9OaU3T7BBDknw5pUNvDzmY77V156MR6hajQjBAMA8GA1Ud
        EwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBSb7NJOnwdrD4TW
        2cObap6u2JNNgzAKBggqhkjOPQQDAgNJADBGAiEAp0uXehId+caUlscrko8Ki5lm
        J+Rf+nPIgar31mkRNHQCIQDJNeJXzERpSaTpC/jEoR0hfo4x5WB6mNr44nmaxu7H
        rw==
        -----END CERTIFICATE-----
        """

    /// An authority that nobody is to trust: `CN=Stranger's authority, O=Somebody else`.
    public static let stranger = """
        -----BEGIN CERTIFICATE-----
        MIIBszCCAVqgAwIBAgIUSpUgyFRWWqjVFb5vCN5RGlivV9YwCgYIKoZIzj0EAwIw
        NzEdMBsGA1UEAwwUU3RyYW5nZXIncyBhdXRob3JpdHkxFjAUBgNVBAoMDVNvbWVi
        b2R5IGVsc2UwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMDcxHTAb
        BgNVBAMMFFN0cmFuZ2VyJ3MgYXV0aG9yaXR5MRYwFAYDVQQKDA1Tb21lYm9keSBl
        bHNlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEdCaM3KjmBxR9G7OMd0cp81TX
        uVNdG3x2G1twZMNjtbfjNYmY58O+FNy7g5Oji7suIX2DrxfneNk0LtKN/19S+6NC
        MEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFKEV
        MM2nNXAY9U0sq779T2h+w89uMAoGCCqGSM49BAMCA0cAMEQCIFxg/Su7BfQ1n/Dp
        E+2DeILPw8rHbng7y+IUsCzWQA32AiBfL4WyPNdFhVaGQgFZbfGccF2VQVriisni
        tzZ07EUOrQ==
        -----END CERTIFICATE-----
        """

    /// An authority valid until 2021-01-01: `CN=Faded authority`.
    public static let fadedAuthority = """
        -----BEGIN CERTIFICATE-----
        MIIBdzCCAR6gAwIBAgIUP//lZYGaWf+oSeE2WNbbt+ABNFwwCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPRmFkZWQgYXV0aG9yaXR5MB4XDTIwMDEwMTAwMDAwMFoXDTIx
        MDEwMTAwMDAwMFowGjEYMBYGA1UEAwwPRmFkZWQgYXV0aG9yaXR5MFkwEwYHKoZI
        zj0CAQYIKoZIzj0DAQcDQgAELwOmtar3Jjm1TZugHKtVZ+GYkLWa0Z9FmHQS42Pm
        SCYd367TJQkWn36HNr0xfAwwRCS4948wtQQWcHfRNK+/CqNCMEAwDwYDVR0TAQH/
        BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFKyUaKV5ecfVVROOFM3/
        qDhL52WbMAoGCCqGSM49BAMCA0cAMEQCIEWuW46iGLYHKr4pTZjfDbIQ+3bXOBBD
        4wlHV+73ER8AAiBZkn3clbkTD07HrrlO87t5My8RbJ5FB9CXj8cj07nvXw==
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `authority`.
    public static let right = """
        -----BEGIN CERTIFICATE-----
        MIIBrjCCAVSgAwIBAgIUD/RAuxkqU5kNdB0h+iUAsexQ2UAwCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UE
        AwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERd0lN0FPaflR
        UccwuvGthmfgvliFgLUsT4LfoZUK+hMsSjH2Z6PoERRwMnIJ0xvSQQny82QL8zIg
        /4CPGfT4/KNjMGEwCQYDVR0TBAIwADAUBgNVHREEDTALgglsb2NhbGhvc3QwHQYD
        VR0OBBYEFC+fN22T6CoN5J+Iy6hO3bTO/6naMB8GA1UdIwQYMBaAFJvs0k6fB2sP
        hNbZw5tqnq7Yk02DMAoGCCqGSM49BAMCA0gAMEUCIQDydoveFfJpbjZIMMb30C5/
        JPACNIQctgAZyAGlOrpxlgIgVSneQlhWkV9MrTrtb9lLbaEXtPHbYdlh0t9Pww/2
        aGw=
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `authority`, valid until 2021-06-15T12:00:00Z.
    public static let expired = """
        -----BEGIN CERTIFICATE-----
        MIIBrDCCAVKgAwIBAgIUEXMdFkOIWv4kEmmQFFiXIOtH8WIwCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAeFw0yMDAxMDEwMDAwMDBaFw0yMTA2MTUxMjAwMDBaMBQxEjAQBgNVBAMM
        CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEXdJTdBT2n5UVHH
        MLrxrYZn4L5YhYC1LE+C36GVCvoTLEox9mej6BEUcDJyCdMb0kEJ8vNkC/MyIP+A
        jxn0+PyjYzBhMAkGA1UdEwQCMAAwFAYDVR0RBA0wC4IJbG9jYWxob3N0MB0GA1Ud
        DgQWBBQvnzdtk+gqDeSfiMuoTt20zv+p2jAfBgNVHSMEGDAWgBSb7NJOnwdrD4TW
        2cObap6u2JNNgzAKBggqhkjOPQQDAgNIADBFAiEAgQLj2l95g+B/9ceLLnkhP/Xg
        ua4E8/kUlu/ysQzX8PgCIAxlc/CwBxJJ6+xyUQQ+NPkPfQRWa2ckRQyOtYgZogz8
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `authority`, valid from 2110-03-01.
    public static let future = """
        -----BEGIN CERTIFICATE-----
        MIIBsTCCAVagAwIBAgIUZ6Ps5ti7K2jUq1dJc49a0QSi5F8wCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAiGA8yMTEwMDMwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAUMRIwEAYD
        VQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARF3SU3QU9p
        +VFRxzC68a2GZ+C+WIWAtSxPgt+hlQr6EyxKMfZno+gRFHAycgnTG9JBCfLzZAvz
        MiD/gI8Z9Pj8o2MwYTAJBgNVHRMEAjAAMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAd
        BgNVHQ4EFgQUL583bZPoKg3kn4jLqE7dtM7/qdowHwYDVR0jBBgwFoAUm+zSTp8H
        aw+E1tnDm2qertiTTYMwCgYIKoZIzj0EAwIDSQAwRgIhAL9WXrm/pRJ58JaJ8Wsp
        prsK4kWWBUkVMAIZFKeNbmYiAiEAt0GGEfvA2M5xcTVBqRUCcpzkc3qOdCD2XQIg
        Jc/vCrk=
        -----END CERTIFICATE-----
        """

    /// By `authority`, for controller.example.net, *.example.org, 192.0.2.7 and 2001:db8::7.
    public static let elsewhere = """
        -----BEGIN CERTIFICATE-----
        MIIB8DCCAZegAwIBAgIUJT+OaLFxNX0/amNm8Eqmv53ZXYcwCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowITEfMB0GA1UE
        AwwWY29udHJvbGxlci5leGFtcGxlLm5ldDBZMBMGByqGSM49AgEGCCqGSM49AwEH
        A0IABEXdJTdBT2n5UVHHMLrxrYZn4L5YhYC1LE+C36GVCvoTLEox9mej6BEUcDJy
        CdMb0kEJ8vNkC/MyIP+Ajxn0+PyjgZgwgZUwCQYDVR0TBAIwADBIBgNVHREEQTA/
        ghZjb250cm9sbGVyLmV4YW1wbGUubmV0gg0qLmV4YW1wbGUub3JnhwTAAAIHhxAg
        AQ24AAAAAAAAAAAAAAAHMB0GA1UdDgQWBBQvnzdtk+gqDeSfiMuoTt20zv+p2jAf
        BgNVHSMEGDAWgBSb7NJOnwdrD4TW2cObap6u2JNNgzAKBggqhkjOPQQDAgNHADBE
        AiAciP9IWbDlf+fZPHcvpjP3L5fhV8Bl7Zk+Dwna+ccr8QIgWkT8Oa1zOSk7li7O
        rYdAdkYlaattruH6MB5xy1k6KzM=
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `stranger`.
    public static let untrusted = """
        -----BEGIN CERTIFICATE-----
        MIIBsTCCAVigAwIBAgIUH57gzu8c2/8ut8aDVYsEB5bhNQIwCgYIKoZIzj0EAwIw
        NzEdMBsGA1UEAwwUU3RyYW5nZXIncyBhdXRob3JpdHkxFjAUBgNVBAoMDVNvbWVi
        b2R5IGVsc2UwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQ
        BgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEXdJTdB
        T2n5UVHHMLrxrYZn4L5YhYC1LE+C36GVCvoTLEox9mej6BEUcDJyCdMb0kEJ8vNk
        C/MyIP+Ajxn0+PyjYzBhMAkGA1UdEwQCMAAwFAYDVR0RBA0wC4IJbG9jYWxob3N0
        MB0GA1UdDgQWBBQvnzdtk+gqDeSfiMuoTt20zv+p2jAfBgNVHSMEGDAWgBShFTDN
        pzVwGPVNLKu+/U9ofsPPbjAKBggqhkjOPQQDAgNHADBEAiAvyzFO31pW0YQvL1WI
        O9HzbtUMXXy59tCEJCrRCtofoAIgFyHDmSDFY4xoQAFILAAIyFxAxDeTj2EKeo57
        8ptt3Ug=
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by an authority that has the name of `authority` but another key.
    public static let misattributed = """
        -----BEGIN CERTIFICATE-----
        MIIBrzCCAVSgAwIBAgIUcyfKHpFLfSYRpw5IurPlREySHbowCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UE
        AwwJbG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERd0lN0FPaflR
        UccwuvGthmfgvliFgLUsT4LfoZUK+hMsSjH2Z6PoERRwMnIJ0xvSQQny82QL8zIg
        /4CPGfT4/KNjMGEwCQYDVR0TBAIwADAUBgNVHREEDTALgglsb2NhbGhvc3QwHQYD
        VR0OBBYEFC+fN22T6CoN5J+Iy6hO3bTO/6naMB8GA1UdIwQYMBaAFN4zHp4KEsT1
        ctx66o7z5R51zZaGMAoGCCqGSM49BAMCA0kAMEYCIQCoFo+ce6ax2nyxntZDp9PO
        4T092gn0z9g8P4LWCopyGgIhAKEqwQKB7ZB8hHG+OdWTUKuxs3O54MufwrgEKZ/t
        yybp
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `fadedAuthority`.
    public static let orphaned = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCATugAwIBAgIUMIq42geJL20j1/WKPamMbS/+2owwCgYIKoZIzj0EAwIw
        GjEYMBYGA1UEAwwPRmFkZWQgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIx
        MjAwMTAxMDAwMDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIB
        BggqhkjOPQMBBwNCAARF3SU3QU9p+VFRxzC68a2GZ+C+WIWAtSxPgt+hlQr6EyxK
        MfZno+gRFHAycgnTG9JBCfLzZAvzMiD/gI8Z9Pj8o2MwYTAJBgNVHRMEAjAAMBQG
        A1UdEQQNMAuCCWxvY2FsaG9zdDAdBgNVHQ4EFgQUL583bZPoKg3kn4jLqE7dtM7/
        qdowHwYDVR0jBBgwFoAUrJRopXl5x9VVE44Uzf+oOEvnZZswCgYIKoZIzj0EAwID
        SQAwRgIhANcQNVa3K3SFgOpVi/DJrPno+I4QwJnTR4aTPq+u2kShAiEAyvjouC2l
        QaDwx/5a20V7XvkXoBo7m3sf5iuR6kPCtDQ=
        -----END CERTIFICATE-----
        """

    /// An authority below `authority`, valid until 2021-06-15T12:00:00Z: `CN=Expired intermediate`.
    public static let expiredIntermediate = """
        -----BEGIN CERTIFICATE-----
        MIIBuDCCAV2gAwIBAgIUZxTGj++1unz+uuDZgzy5NQfODmIwCgYIKoZIzj0EAwIw
        MzEfMB0GA1UEAwwWTWFydGxldCB0ZXN0IGF1dGhvcml0eTEQMA4GA1UECgwHTWFy
        dGxldDAeFw0yMDAxMDEwMDAwMDBaFw0yMTA2MTUxMjAwMDBaMB8xHTAbBgNVBAMM
        FEV4cGlyZWQgaW50ZXJtZWRpYXRlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        nx1XYU76NoMMETi8TDfp33h55iRIMRtBANr4bhgLKXxuKUeZHTgteSheh20sngP5
        P5oy0suufCRu4dMZ+Nu2W6NjMGEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8E
        BAMCAQYwHQYDVR0OBBYEFKzcLyh1qOFjqZTdzup4dprlDog+MB8GA1UdIwQYMBaA
        FJvs0k6fB2sPhNbZw5tqnq7Yk02DMAoGCCqGSM49BAMCA0kAMEYCIQDX4JnKjXmn
        orfvdNEZXKOLyldzHsNPYHxjn2v51Uf5VwIhAKDPH96LLxLvQx9wLdgIx4HTtvQg
        O9kaHYmiMyWVNDi7
        -----END CERTIFICATE-----
        """

    /// For `localhost`, by `expiredIntermediate`.
    public static let belowIntermediate = """
        -----BEGIN CERTIFICATE-----
        MIIBmTCCAUCgAwIBAgIUPpmzEEFxAOc8HED+R0mKF1nwPeMwCgYIKoZIzj0EAwIw
        HzEdMBsGA1UEAwwURXhwaXJlZCBpbnRlcm1lZGlhdGUwIBcNMjAwMTAxMDAwMDAw
        WhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqG
        SM49AgEGCCqGSM49AwEHA0IABEXdJTdBT2n5UVHHMLrxrYZn4L5YhYC1LE+C36GV
        CvoTLEox9mej6BEUcDJyCdMb0kEJ8vNkC/MyIP+Ajxn0+PyjYzBhMAkGA1UdEwQC
        MAAwFAYDVR0RBA0wC4IJbG9jYWxob3N0MB0GA1UdDgQWBBQvnzdtk+gqDeSfiMuo
        Tt20zv+p2jAfBgNVHSMEGDAWgBSs3C8odajhY6mU3c7qeHaa5Q6IPjAKBggqhkjO
        PQQDAgNHADBEAiB21xw1kOhXfmv34oee8VEGgjZ/CJ6WGKxh/JPOTCYdigIgdHQT
        Xm6iCjra4Ma4VmpuKqDr5qw2xZj4AeMU3rTNZ0Q=
        -----END CERTIFICATE-----
        """

    /// By itself, for `127.1`: a name for everyone but resolvers, which take it for 127.0.0.1.
    public static let shorthand = """
        -----BEGIN CERTIFICATE-----
        MIIBVTCB/aADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCVNob3J0aGFu
        ZDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
        U2hvcnRoYW5kMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERd0lN0FPaflRUccw
        uvGthmfgvliFgLUsT4LfoZUK+hMsSjH2Z6PoERRwMnIJ0xvSQQny82QL8zIg/4CP
        GfT4/KM+MDwwCQYDVR0TBAIwADAQBgNVHREECTAHggUxMjcuMTAdBgNVHQ4EFgQU
        L583bZPoKg3kn4jLqE7dtM7/qdowCgYIKoZIzj0EAwIDRwAwRAIgYpI84HsdA0+P
        AMRECuDiQhPtpd55etfAPH1va75drbkCIDoMsPWCwpYulv0VqgcS7aiFzLP+yC0S
        PLU2EFtzN0YR
        -----END CERTIFICATE-----
        """

    /// The key of all of them but the authorities.
    static let serverKey = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLAJefs/lBlBQShzO
        A9dOcx+NqMEFd/JZMiNZFQYgX8OhRANCAARF3SU3QU9p+VFRxzC68a2GZ+C+WIWA
        tSxPgt+hlQr6EyxKMfZno+gRFHAycgnTG9JBCfLzZAvzMiD/gI8Z9Pj8
        -----END PRIVATE KEY-----
        """
}
