import assert from "node:assert/strict";
import { isCredential } from "../../src/domain/credentials.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

/** Real names: HTTP itself, proxies, clouds, gateways, vendors' APIs, frameworks. */
const CREDENTIALS: Readonly<Record<string, string[]>> = {
  "HTTP and its proxies": words(`
    Authorization Proxy-Authorization Authentication Cookie Cookie2 Set-Cookie DPoP X-WSSE
    X-Forwarded-Authorization X-Original-Authorization X-Forwarded-Access-Token X-HTTP-Authorization
    X-Auth-Request-Access-Token X-Client-Authorization Bearer X-Basic-Auth X-Auth X-Jwt Jwt`),
  "Google Cloud and Firebase": words(`
    X-Serverless-Authorization X-Goog-IAP-JWT-Assertion X-Goog-Api-Key X-Goog-IAM-Authorization-Token
    X-Goog-Authenticated-User-JWT X-Goog-Channel-Token X-Goog-Encryption-Key X-Firebase-AppCheck
    Firebase-Instance-ID-Token X-Callable-Context-Auth X-Original-Auth`),
  AWS: words(`
    X-Amz-Security-Token X-Amz-Session-Token X-Amz-Credential X-Amz-Access-Token
    X-Amzn-Oidc-Accesstoken X-Amzn-Oidc-Data X-Aws-Ec2-Metadata-Token
    X-Amz-Server-Side-Encryption-Customer-Key`),
  Azure: words(`
    aeg-sas-key aeg-sas-token x-functions-key Ocp-Apim-Subscription-Key X-MS-TOKEN-AAD-ID-TOKEN
    X-MS-TOKEN-AAD-ACCESS-TOKEN X-MS-TOKEN-GOOGLE-REFRESH-TOKEN X-ZUMO-AUTH X-IDENTITY-HEADER
    x-ms-encryption-key x-ms-copy-source-authorization x-ms-authorization-auxiliary`),
  "API keys": words(`
    X-API-Key Api-Key ApiKey X-ApiKey api_key x_api_key X-RapidAPI-Key X-Auth-Key
    X-RapidAPI-Proxy-Secret X-Mashape-Key Fastly-Key DD-API-KEY DD-APPLICATION-KEY X-Insert-Key
    X-Query-Key X-License-Key X-Parse-REST-API-Key X-Parse-Master-Key X-Algolia-API-Key
    X-MBX-APIKEY CB-ACCESS-KEY CB-ACCESS-PASSPHRASE X-Redmine-API-Key X-Cisco-Meraki-API-Key
    X-Honeycomb-Team X-Hasura-Access-Key X-Access-Key X-Master-Key X-Private-Key X-Ca-Key X-Key
    xi-api-key X-PM-Apikey X-Bugsnag-Api-Key X-Api-Key-1 X-StackifyKey`),
  tokens: words(`
    AccessToken Access-Token X-Access-Token X-Auth-Token Auth-Token X-Token Token Id-Token X-Id-Token
    Refresh-Token X-Refresh-Token X-User-Token X-Vault-Token X-Consul-Token X-Gitlab-Token
    Private-Token Job-Token Deploy-Token X-Shopify-Access-Token X-Rollbar-Access-Token
    X-Figma-Token X-Subject-Token X-Service-Token X-Storage-Token X-TrackerToken X-Postmark-Server-Token
    X-Telegram-Bot-Api-Secret-Token X-SF-TOKEN Cf-Access-Token
    Cf-Access-Jwt-Assertion X-Vercel-OIDC-Token X-Vercel-Protection-Bypass X-Parse-Session-Token`),
  "secrets and passwords": words(`
    X-Client-Secret Client-Secret X-API-Secret X-Hasura-Admin-Secret X-Shared-Secret X-Webhook-Secret
    Cf-Access-Client-Secret X-Naver-Client-Secret X-Password X-User-Password X-Passwd Passphrase
    X-GitHub-OTP X-OTP X-MFA-Code X-Credentials X-Tableau-Auth X-Sentry-Auth
    X-Ops-Authorization-1`),
  sessions: words(`
    X-Session X-Session-Id SessionId Session X-Session-Token Mcp-Session-Id X-CSRF-Token X-CSRFToken
    X-XSRF-TOKEN CSRF-Token RequestVerificationToken X-Authentication-Token`),
};

const HARMLESS: Readonly<Record<string, string[]>> = {
  HTTP: words(`
    Accept Accept-Encoding Accept-Language Cache-Control Connection Content-Length Content-Type
    Content-Encoding Content-MD5 Date Digest DNT ETag Expect Forwarded From If-Match If-None-Match
    Keep-Alive Last-Event-ID Link Origin Pragma Priority Range Referer Retry-After Sec-Fetch-Site
    Sec-CH-UA Sec-GPC Sec-WebSocket-Key TE Traceparent Tracestate Upgrade User-Agent Via Warning
    WWW-Authenticate Proxy-Authenticate Authentication-Info Access-Control-Allow-Credentials
    Access-Control-Request-Headers Idempotency-Key X-Idempotency-Key Cookie-Consent`),
  "proxies and tracing": words(`
    X-Forwarded-For X-Forwarded-Proto X-Forwarded-Host X-Forwarded-Client-Cert X-Real-Ip
    X-Request-Id X-Correlation-Id X-Client-Cert X-Forwarded-User X-Auth-Request-Email
    X-Auth-Request-User X-Auth-Email X-Remote-User X-B3-Traceid X-Amzn-Trace-Id
    X-Cloud-Trace-Context Cf-Ray Cf-Connecting-Ip Cf-Access-Client-Id Cdn-Loop Surrogate-Key
    X-Cache-Key Uber-Trace-Id X-Envoy-Attempt-Count`),
  clouds: words(`
    X-Goog-Pubsub-Message-Id X-Goog-Pubsub-Ordering-Key X-Goog-Channel-Id X-Goog-Resource-State
    X-Goog-Authenticated-User-Email X-Goog-User-Project X-CloudScheduler-JobName
    X-CloudTasks-TaskName X-Goog-Encryption-Key-Sha256 X-Goog-Hash
    X-Amz-Server-Side-Encryption-Customer-Key-MD5 X-Amz-Date X-Amz-Sns-Topic-Arn
    X-Amz-Content-Sha256 X-Amzn-Oidc-Identity aeg-event-type x-ms-request-id
    x-ms-documentdb-partitionkey X-Acs-Accesskey-Id Ce-Id Ce-Source Ce-Type Ce-Subject
    Ce-Partitionkey`),
  "names with a word that is none": words(`
    X-Next-Page-Token X-Prev-Page-Token X-Page-Token X-Continuation-Token X-Sync-Token X-Token-Type
    X-Token-Expires X-Token-Count X-Tokenizer X-RateLimit-Remaining-Tokens X-Cookie-Consent
    X-Cookies-Accepted X-Cookie-Policy X-Api-Key-Id X-Access-Key-Id Api-Key-Version X-Key-Id X-Author
    X-Authored-By X-Authenticated-User X-Keynote X-Keyboard X-Session-Timeout X-Session-Expires
    X-Event-Key X-Public-Key Partition-Key Routing-Key Message-Key X-Atlassian-Token
    Anthropic-Ratelimit-Tokens-Remaining X-CSRF X-Passenger`),
  "signatures of one body, by decision": words(`
    X-Hub-Signature X-Hub-Signature-256 Stripe-Signature Webhook-Signature Webhook-Id
    Webhook-Timestamp Svix-Signature X-Slack-Signature X-Slack-Request-Timestamp X-Twilio-Signature
    X-Shopify-Hmac-Sha256 X-Square-HmacSha256-Signature X-Line-Signature X-Zm-Signature
    Twitch-Eventsub-Message-Signature Paypal-Transmission-Sig Paypal-Auth-Algo Linear-Signature
    X-Signature-Ed25519 Signature Signature-Input X-WC-Webhook-Signature X-GitHub-Delivery
    X-GitHub-Event X-Gitlab-Event`),
};

describe("isCredential", () => {
  const spellings = (name: string): string[] => [name, name.toLowerCase(), name.toUpperCase()];
  const check = (table: Readonly<Record<string, string[]>>, expected: boolean): void => {
    for (const [group, names] of Object.entries(table)) {
      it(`says ${expected ? "yes" : "no"} to ${group}`, () => {
        const wrong = names.filter((name) =>
          spellings(name).some((s) => isCredential(s) !== expected),
        );
        assert.deepEqual(wrong, []);
      });
    }
  };
  check(CREDENTIALS, true);
  check(HARMLESS, false);

  // As they are written; run together, some would be parts of other words.
  for (const name of words(`
    X-JFrog-Art-Api X-Registry-Config X-Storage-Pass X-EBAY-API-CERT-NAME AccessLicenseNumber
    ApiIntegrationCode X-Ovh-Consumer Grpc-Metadata-Macaroon Macaroon Heroku-Two-Factor-Code
    X-Ya-Service-Ticket X-Ya-User-Ticket X-Grafana-Id X-acpt MYSAPSSO2 X-HA-Access
    X-Telegram-Init-Data Jenkins-Crumb X-WP-Nonce X-Modhash X-AntiForgery X-Pass X-User-Pass
    X-Api-Pass Creds X-PIN X-OTP-Code X-TOTP-Code X-2FA X-MFA X-Auth-Code X-Verification-Code
    X-Recovery-Code Authorisation X-AuthN X-AuthZ X-SID SID PHPSESSID Remember-Me X-Paseto
    SAMLResponse X-SAML-Assertion Client-Assertion X-OAuth2 X-Ticket X-CAS-Ticket X-SSO-Ticket
    SharedAccessSignature X-SAS Rune X-RateLimit-Api-Key RateLimit-Bypass-Token Tokenizer-Api-Key
    X-Cookie-Consent-Token X-Session-Expires-Token access-control-token`)) {
    it(`says yes to ${name}`, () => {
      assert.ok(isCredential(name));
    });
  }

  for (const name of words(`
    Lock-Token X-Prompt-Tokens X-Completion-Tokens X-Max-Tokens X-SSL-Session-Id
    X-Session-Affinity X-Password-Expired X-Hotkey X-Monkey X-Secretary X-S3-Key X-Kafka-Key
    X-Mapping X-Shopping X-Bypass X-Compass X-Pass-Through X-Ticket-Id X-Breadcrumb X-Resid
    X-RateLimit-Remaining X-Session-Timeout X-Delta-Token`)) {
    it(`says no to ${name}`, () => {
      assert.ok(!isCredential(name));
    });
  }

  it("is tested with at least 100 real names of each kind", () => {
    for (const table of [CREDENTIALS, HARMLESS]) {
      const names = Object.values(table).flat();
      assert.ok(names.length >= 100, String(names.length));
      assert.equal(new Set(names.map((name) => name.toLowerCase())).size, names.length);
    }
  });
});
