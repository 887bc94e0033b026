/**
 * A certificate of its own authority, for `localhost`, and its key: for servers of tests. Nobody trusts it
 * but who is told to. Made by
 * openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 36500 -subj /CN=localhost
 *   -addext subjectAltName=DNS:localhost
 */
export const LOCALHOST = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUA8dH8JXVxBKsS7VekaK+IFDpncswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE5NTcxMVoYDzIxMjYxMDI4
MTk1NzExWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQZskRxeLEIeITVdOwv4pWmKeJvqaS1DrBt0Wbay/SmgV8xrgmDv3X6
6EAG9mZDj5btD2Bthdm5jqKNIAxrKmyeo2kwZzAdBgNVHQ4EFgQU1X71gzF4lLWO
T3aCDN3VH4Eft9kwHwYDVR0jBBgwFoAU1X71gzF4lLWOT3aCDN3VH4Eft9kwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhALWq2yPB6iRh+Fd1AO5PR7aOwSpi9B5S3fL6HcYagLqYAiBxwlS4leu8
Sqy3z+YAY7vV8RUXac+5wEkFAgJZgByROA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgykb8cds2afwRNkXd
exphSvNE+9GRoxbGumihXHWbpKOhRANCAAQZskRxeLEIeITVdOwv4pWmKeJvqaS1
DrBt0Wbay/SmgV8xrgmDv3X66EAG9mZDj5btD2Bthdm5jqKNIAxrKmye
-----END PRIVATE KEY-----
`,
} as const;
