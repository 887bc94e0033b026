// Made by tools/compileSchema.ts from schema.ts. Do not edit: run npm run schema.
// @ts-nocheck
"use strict";
export const validate = validate10;
export default validate10;
const schema11 = {"type":"object","expected":"an object","additionalProperties":false,"required":["serviceName","endpoints","trigger"],"properties":{"$schema":{"type":"string","expected":"text","description":"Where an editor finds the schema of a configuration: `docs/configuration.schema.json`. EventSync itself does not read it.","examples":["./docs/configuration.schema.json"]},"serviceName":{"type":"string","minLength":1,"expected":"a non-empty string without “/” and control characters, not “.”, “..” or “__…__”, of at most 1000 bytes","description":"Name of the service: in messages and attributes, and the id of its Firestore document. Unique in the configuration.","examples":["orders"]},"endpoints":{"type":"array","minItems":1,"expected":"a list of at least 1 endpoint","description":"The events that must come together. A service with one endpoint relays each event that satisfies it.","examples":[[{"eventKey":"order"},{"eventKey":"payment"}]],"items":{"type":"object","expected":"an object with “eventKey”","additionalProperties":false,"required":["eventKey"],"properties":{"eventKey":{"type":"string","minLength":1,"expected":"a non-empty string of at most 1000 bytes that a path can hold: no leading or trailing “/”, no empty, “.” or “..” segment","description":"Path of the endpoint: `/event/<eventKey>`. Unique in the service.","examples":["payment"]},"acceptedHttpMethods":{"type":"array","expected":"a list of HTTP methods","description":"HTTP methods that are events, in any letter case. HEAD, OPTIONS and TRACE are events only where they are listed. CONNECT can never arrive, nor TRACE on Cloud Run, whose front end refuses it; both are accepted here. Empty means the default.","default":["GET","POST","PUT","PATCH","DELETE"],"examples":[["POST"]],"items":{"type":"string","enum":["GET","POST","PUT","PATCH","DELETE","HEAD","OPTIONS","TRACE","CONNECT"],"expected":"one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE, CONNECT"}},"eventToSend":{"type":"string","enum":["ALL","FIRST","LAST","BOUNDARIES"],"expected":"one of ALL, FIRST, LAST, BOUNDARIES","description":"Which events of this endpoint the message holds: all, the oldest, the newest, or both. Counts and dates always cover all. Empty means the default.","default":"ALL","examples":["LAST"]},"minNbOfOccurrence":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000 (0 means the default)","description":"How many events of this endpoint the window needs, unless `condition` says otherwise. 0 means the default. At most 10,000 over all endpoints that are needed together; fewer if names are very long.","default":1,"examples":[3]},"keepHeaders":{"type":"array","expected":"a list of header names","description":"Headers that are stored and published as they are although they usually hold credentials, such as `Authorization`, in any letter case. All others of that kind are redacted.","default":[],"examples":[["Authorization"]],"items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$","expected":"a header name: letters, digits and any of !#$%&'*+-.^_`|~"}},"redactQueryParams":{"type":"array","expected":"a list of names of query parameters","description":"Query parameters whose values are redacted, besides those whose name says that they hold a credential, as for headers (`key` alone does not): in any letter case, compared by letters and digits. A list of your own replaces the default; an empty one redacts none.","default":["access_token","api_key","auth_token","client_secret","id_token","jwt","password","refresh_token","secret","token"],"items":{"type":"string","minLength":1,"expected":"the name of a query parameter"},"examples":[["api_key","session"]]},"schema":{"type":"object","expected":"a JSON Schema","description":"JSON Schema (2020-12; with `$schema` also 2019-09 or draft-07) for the body, of a CloudEvent for its data. What does not satisfy it is answered with 422 and is not stored. See [Schemas and filters](#schemas-and-filters).","examples":[{"type":"object","required":["orderId"],"properties":{"orderId":{"type":"string","pattern":"^[A-Z]{2}[0-9]+$"}}}]},"filter":{"type":"string","minLength":1,"expected":"an expression in CEL that is true or false","description":"Expression in [CEL](https://cel.dev) over `method`, `path`, `headers`, `query`, `body` and `attributes`. An event for which it is not true is stored, marked as `ignored`, and does not count. See [Schemas and filters](#schemas-and-filters).","examples":["body.status == \"paid\" && body.amount > 100.0"]},"key":{"type":"object","expected":"an object with one of “header”, “queryParam”, “body”, “cloudEvent” and “pubSubAttribute”","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"header":{"type":"string","minLength":1,"examples":["X-Order-Id"],"expected":"the name of a header","description":"A header, in any letter case, such as `X-Order-Id`. One that is redacted is refused."},"queryParam":{"type":"string","minLength":1,"examples":["order"],"expected":"the name of a query parameter","description":"A query parameter, such as `order`. One that is redacted is refused."},"body":{"type":"string","minLength":1,"examples":["$.order.id"],"expected":"a JSONPath that names one place, or a JSON Pointer","description":"A place in a JSON body: a JSONPath that names one place (`$.order.id`), or a JSON Pointer (`/order/id`). Its value is a text, a number, `true` or `false`; a number is the text that stands there, so `42` and `\"42\"` are one key. `null`, lists and objects are no key."},"cloudEvent":{"type":"string","minLength":1,"examples":["subject"],"expected":"the name of a CloudEvent attribute","description":"An attribute or extension of a CloudEvent, such as `subject`."},"pubSubAttribute":{"type":"string","minLength":1,"examples":["orderId"],"expected":"the name of a Pub/Sub attribute","description":"An attribute of the message that a Pub/Sub push subscription delivers (`message.attributes`), such as `orderId`."}},"examples":[{"queryParam":"order"}],"description":"Where events of this endpoint have their key, if elsewhere than `correlation.key` says. With the same fields as that."}}}},"correlation":{"type":"object","examples":[{"key":{"header":"X-Order-Id"}}],"expected":"an object with “key”","additionalProperties":false,"description":"Joins events by a key: each key has its own window, and events of different keys never meet in a sync. A key is a text of at most 1,000 bytes in UTF-8.","properties":{"key":{"type":"object","expected":"an object with one of “header”, “queryParam”, “body”, “cloudEvent” and “pubSubAttribute”","additionalProperties":false,"minProperties":1,"maxProperties":1,"properties":{"header":{"type":"string","minLength":1,"examples":["X-Order-Id"],"expected":"the name of a header","description":"A header, in any letter case, such as `X-Order-Id`. One that is redacted is refused."},"queryParam":{"type":"string","minLength":1,"examples":["order"],"expected":"the name of a query parameter","description":"A query parameter, such as `order`. One that is redacted is refused."},"body":{"type":"string","minLength":1,"examples":["$.order.id"],"expected":"a JSONPath that names one place, or a JSON Pointer","description":"A place in a JSON body: a JSONPath that names one place (`$.order.id`), or a JSON Pointer (`/order/id`). Its value is a text, a number, `true` or `false`; a number is the text that stands there, so `42` and `\"42\"` are one key. `null`, lists and objects are no key."},"cloudEvent":{"type":"string","minLength":1,"examples":["subject"],"expected":"the name of a CloudEvent attribute","description":"An attribute or extension of a CloudEvent, such as `subject`."},"pubSubAttribute":{"type":"string","minLength":1,"examples":["orderId"],"expected":"the name of a Pub/Sub attribute","description":"An attribute of the message that a Pub/Sub push subscription delivers (`message.attributes`), such as `orderId`."}},"examples":[{"body":"$.order.id"}],"description":"Where an event has its key: one of these. Required unless every endpoint has a `key` of its own."},"withoutKey":{"type":"string","enum":["reject","ignore","fixed"],"expected":"one of “reject”, “ignore” and “fixed”","description":"What becomes of an event without a usable key. `reject`: 422, which says where it was looked for. `ignore`: it is stored, marked as ignored with the reason, and does not count. `fixed`: it has the key `fixedKey`.","default":"reject","examples":["ignore"]},"fixedKey":{"type":"string","expected":"a text of 1 to 1000 bytes in UTF-8","examples":["others"],"description":"The key of events that have none, where `withoutKey` is `fixed`."}}},"trigger":{"type":"object","expected":"an object with “type” and “observationPeriod”","additionalProperties":false,"required":["type","observationPeriod"],"description":"When a sync message is generated.","examples":[{"type":"window","observationPeriod":3600}],"properties":{"type":{"type":"string","enum":["window","none"],"expected":"“window” (by itself, when the window is complete) or “none” (only by manual trigger)","description":"`window`: by itself, when the window is complete. `none`: only by manual trigger.","examples":["window"]},"observationPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least 1","description":"Seconds in the past, from now, in which events count.","examples":[3600]},"keepEventAfterTrigger":{"type":"boolean","expected":"true or false","description":"`false`: an event is in exactly one sync. `true`: events keep counting until they leave the window, and each new event that completes it makes another sync.","default":false,"examples":[true]}}},"condition":{"$ref":"#/definitions/condition","description":"What completes the window. An endpoint by its key (it needs its `minNbOfOccurrence`), or as `{\"endpoint\": …, \"min\": …}`; `all`, `any` or `atLeast` over a list of conditions, at most 8 deep inside one another and 1000 together. An endpoint that it does not name is optional: its events join the sync if they are there. Not set: every endpoint. With `\"type\": \"none\"` it only decides what a message calls complete.","examples":[{"all":["orders",{"atLeast":{"n":2,"of":["stock","payments","credit"]}}]}]},"targetPubSub":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"The topic that the sync message goes to. Either this, or `targets`, or both.","examples":[{"topic":"projects/my-project/topics/my-topic"}],"properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]},"format":{"type":"string","enum":["message","cloudevents"],"expected":"one of message, cloudevents","description":"`message` (where it is not set): the message alone. `cloudevents`: the same data as a CloudEvent 1.0 in binary mode, with its attributes as `ce-…` attributes of the Pub/Sub message.","examples":["cloudevents"]},"orderingKey":{"type":"string","enum":["none","key"],"expected":"one of none, key","description":"`key`: the correlation key is the ordering key of the Pub/Sub message, which needs a `correlation`; `none` where it is not set.","examples":["key"]}}},"targets":{"type":"array","minItems":1,"maxItems":20,"expected":"a list of 1 to 20 targets","description":"Where syncs go besides, or instead: other topics, servers that are called, a log to pull from. Each has a delivery of its own for each sync, which is tried again until it succeeds. See [docs/TARGETS.md](TARGETS.md).","examples":[[{"name":"billing","kind":"http","url":"https://example.com/hook"}]],"items":{"type":"object","expected":"an object with “name” and “kind”","additionalProperties":false,"required":["name","kind"],"properties":{"name":{"type":"string","pattern":"^[a-z][a-z0-9-]{0,39}$","expected":"a name of at most 40 small letters, digits and “-”, beginning with a letter","description":"Name of the target, unique in the service. Deliveries belong to it: a target with another name is another target.","examples":["billing"]},"kind":{"type":"string","enum":["pubsub","http","pull"],"expected":"one of pubsub, http, pull","description":"`pubsub`: a topic. `http`: a server that is called. `pull`: a log that consumers read by offset.","examples":["http"]},"reasons":{"type":"array","minItems":1,"uniqueItems":true,"expected":"a list of complete, deadline, manual, each once","description":"Only syncs made for one of these reasons go there. Not set: all.","examples":[["complete","manual"]],"items":{"type":"string","enum":["complete","deadline","manual"],"expected":"one of complete, deadline, manual"}},"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]},"format":{"type":"string","enum":["message","cloudevents"],"expected":"one of message, cloudevents","description":"`message` (where it is not set): the message alone. `cloudevents`: the same data as a CloudEvent 1.0 in binary mode, with its attributes as `ce-…` attributes of the Pub/Sub message.","examples":["cloudevents"]},"orderingKey":{"type":"string","enum":["none","key"],"expected":"one of none, key","description":"`key`: the correlation key is the ordering key of the Pub/Sub message, which needs a `correlation`; `none` where it is not set.","examples":["key"]},"url":{"type":"string","minLength":1,"expected":"a URL that begins with https://","description":"`http`: where to call. It may hold `{key}`, `{eventID}` and `{service}`, which are percent-encoded. `http://` only with `allowPrivate`.","examples":["https://example.com/hooks/{service}"]},"method":{"type":"string","enum":["POST","PUT","PATCH","GET","DELETE"],"expected":"one of POST, PUT, PATCH, GET, DELETE","description":"`http`: the method. `POST` where it is not set.","examples":["PUT"]},"headers":{"type":"object","expected":"an object of header values","description":"`http`: headers by name. A value is a text, which may hold the same variables as `url`, or names a secret.","examples":[{"X-Order":"{key}","Authorization":{"secret":"billing-token"}}],"additionalProperties":{"type":["string","object"],"additionalProperties":false,"required":["secret"],"expected":"a text, or an object with “secret”","properties":{"secret":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,100}$","expected":"the name of a secret: letters, digits, “-” and “_”"}}}},"body":{"type":"string","enum":["message","cloudevents","event"],"expected":"one of message, cloudevents, event","description":"`http`: what is sent. `message` (where it is not set): the sync message as JSON. `cloudevents`: the same as a CloudEvent 1.0 in binary mode. `event`: the event itself, byte for byte, with its content type; only for a service with one endpoint that relays each event.","examples":["event"]},"auth":{"type":"object","expected":"an object with “identityToken”","additionalProperties":false,"required":["identityToken"],"description":"`http`: how the call says who it is.","examples":[{"identityToken":{}}],"properties":{"identityToken":{"type":"object","expected":"an object, perhaps with “audience”","additionalProperties":false,"description":"An identity token of the functions' service account, for Cloud Run, Cloud Functions and what stands behind Identity-Aware Proxy.","examples":[{"audience":"https://billing-abc.a.run.app"}],"properties":{"audience":{"type":"string","minLength":1,"expected":"text","description":"Whom the token is for. Not set: the origin of `url`.","examples":["https://billing-abc.a.run.app"]}}}}},"signature":{"type":"object","expected":"an object with “secret”","additionalProperties":false,"required":["secret"],"description":"`http`: signs each call by [Standard Webhooks](https://www.standardwebhooks.com).","examples":[{"secret":"billing-2026","previousSecret":"billing-2025"}],"properties":{"secret":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,100}$","expected":"the name of a secret: letters, digits, “-” and “_”","description":"Name of the secret to sign with.","examples":["billing-2026"]},"previousSecret":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,100}$","expected":"the name of a secret: letters, digits, “-” and “_”","description":"While a secret is rotated: the one before, which signs as well.","examples":["billing-2025"]}}},"timeoutSeconds":{"type":"integer","minimum":1,"maximum":30,"expected":"a whole number of seconds from 1 to 30","description":"`http`: how long a call may take, its answer included. 10 where it is not set.","examples":[20]},"allowPrivate":{"type":"boolean","expected":"true or false","description":"`http`: whether the server's address may be private, link-local or of this machine, and its URL begin with `http://`. `false` where it is not set.","examples":[true]},"retry":{"type":"object","expected":"an object","additionalProperties":false,"description":"`http`: how often, and when, a call is repeated that has not succeeded.","examples":[{"maxAttempts":5,"firstSeconds":1}],"properties":{"maxAttempts":{"type":"integer","minimum":1,"maximum":100,"expected":"a whole number from 1 to 100","description":"After so many attempts a delivery is undeliverable. 20 where it is not set.","examples":[5]},"firstSeconds":{"type":"integer","minimum":1,"maximum":3600,"expected":"a whole number of seconds from 1 to 3600","description":"The pause after the first attempt, which doubles with each. 5 where it is not set.","examples":[1]},"longestSeconds":{"type":"integer","minimum":1,"maximum":86400,"expected":"a whole number of seconds from 1 to 86400","description":"No pause is longer. 14400 where it is not set.","examples":[600]}}},"ordered":{"type":"string","enum":["all","key"],"expected":"one of all, key","description":"`http`: one call after the other, in the order of the syncs: of `all`, or of those of the same correlation `key`. Not set: in any order, many at a time.","examples":["key"]},"reply":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"`http`: publishes the answer. The delivery is done only when the call and the publication have both succeeded.","examples":[{"topic":"projects/my-project/topics/my-replies","when":["onSuccess"]}],"properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]},"when":{"type":"array","minItems":1,"uniqueItems":true,"expected":"a list of onSuccess, onError, each once","description":"Which answers are published: those with a status below 400 (`onSuccess`), or the others (`onError`). `onSuccess` where it is not set.","examples":[["onSuccess","onError"]],"items":{"type":"string","enum":["onSuccess","onError"],"expected":"one of onSuccess, onError"}}}},"deadLetter":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"`http`: where syncs go that could not be delivered.","examples":[{"topic":"projects/my-project/topics/my-undeliverable"}],"properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]}}}}}},"deadline":{"type":"object","expected":"an object with “seconds”, or with “at” and “timeZone”","additionalProperties":false,"description":"When a window is closed although it is not complete: so long after its first or its last event, or each day at a time; at the latest when its first event leaves the observation period, so that nothing expires silently. An event that comes exactly at the deadline belongs to the next window. Only for `type` `window` without `keepEventAfterTrigger`.","examples":[{"seconds":900,"then":"deadLetter"}],"properties":{"seconds":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least 1, and at most the observation period","description":"So many seconds after the event that `from` names. At most the observation period. Either this, or `at`.","examples":[900]},"from":{"type":"string","enum":["first","last"],"expected":"“first” or “last”","description":"`first`, which is the default: after the first event of the window. `last`: after its last one, so that a gap ends a session.","examples":["last"]},"at":{"type":"string","pattern":"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$","expected":"a time of day, such as 06:00 or 23:59:30","description":"Each day at this time, by the clocks of `timeZone`, such as `06:00`. Where they are put forward over it, it comes as much later; where they are put back over it, the first time counts. The observation period must be at least 90000 seconds, the longest day.","examples":["06:00"]},"timeZone":{"type":"string","minLength":1,"expected":"the name of a time zone, such as Europe/Berlin or UTC","description":"The time zone of `at`, by its IANA name, such as `Europe/Berlin`.","examples":["Europe/Berlin"]},"then":{"type":"string","enum":["publish","discard","deadLetter"],"expected":"one of publish, discard, deadLetter","description":"What becomes of the window. `publish`: a sync message with what is there. `deadLetter`: the same, to the topic of `deadLetterPubSub`. `discard`: no message; the sync's document, in the state `discarded`, says what it held.","default":"publish","examples":["deadLetter"]}}},"deadLetterPubSub":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"Where the windows go whose deadline says `deadLetter`. Like the target, it is the topic of the configuration at the time of publication: what waits follows a change, and without one goes where it was to go.","examples":[{"topic":"projects/my-project/topics/my-dead-letters"}],"properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]}}},"receipts":{"type":"object","expected":"an object with “subscriptions”","additionalProperties":false,"required":["subscriptions"],"description":"Who is expected to receive each sync, and says so with a receipt: `/rates` then tells what part of that has come. Syncs without events, and those that go to a dead-letter topic or nowhere, are not counted; nor are syncs that were made before this was configured.","examples":[{"subscriptions":["billing","shipping"]}],"properties":{"subscriptions":{"type":"array","minItems":1,"maxItems":20,"expected":"a list of 1 to 20 names","description":"The names by which consumers report, such as the ids of their Pub/Sub subscriptions. Each is expected to receive every sync.","examples":[["billing","shipping"]],"items":{"type":"string","pattern":"^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$","expected":"a name of at most 255 letters, digits and any of _.~+%-, which begins with a letter"}}}},"retentionPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least the observation period plus one day (86400)","description":"Seconds after receipt for which events and syncs stay readable in Firestore (TTL); longer while their sync is not published. At least the observation period plus one day (86400), so that no event expires before its message is out. Where it is not set and the observation period is longer than six days, the default is that minimum.","default":604800,"examples":[1209600]},"cors":{"type":"object","expected":"an object with “origins”","additionalProperties":false,"required":["origins"],"description":"Lets browsers call the functions. Without it no CORS header is sent. A preflight is answered, and is never an event.","examples":[{"origins":["https://example.com"]}],"properties":{"origins":{"type":"array","minItems":1,"expected":"a list of at least 1 origin","description":"Origins that may call, such as `https://example.com`, or `*` for any.","examples":[["https://example.com"]],"items":{"type":"string","expected":"“*” or an origin as browsers send it, such as https://example.com: lower case, no path, no user, no wildcard"}}}}},"definitions":{"condition":{"type":["string","object"],"minLength":1,"additionalProperties":false,"oneOf":[{"type":"string"},{"type":"object","required":["endpoint"]},{"type":"object","required":["all"]},{"type":"object","required":["any"]},{"type":"object","required":["atLeast"]}],"expected":"the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”","properties":{"all":{"$ref":"#/definitions/conditions"},"any":{"$ref":"#/definitions/conditions"},"atLeast":{"type":"object","additionalProperties":false,"required":["n","of"],"expected":"an object with “n” and “of”","properties":{"n":{"type":"integer","minimum":1,"expected":"a whole number, at least 1"},"of":{"$ref":"#/definitions/conditions"}}},"endpoint":{"type":"string","minLength":1,"expected":"the key of an endpoint"},"min":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000"}},"dependencies":{"min":["endpoint"]}},"conditions":{"type":"array","minItems":1,"maxItems":1000,"expected":"a list of 1 to 1000 conditions","items":{"$ref":"#/definitions/condition"}}}};
const func2 = Object.prototype.hasOwnProperty;
const pattern0 = new RegExp("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "u");
const pattern1 = new RegExp("^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$", "u");
const pattern2 = new RegExp("^[a-z][a-z0-9-]{0,39}$", "u");
const pattern4 = new RegExp("^[A-Za-z0-9_-]{1,100}$", "u");
const pattern9 = new RegExp("^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$", "u");
const pattern11 = new RegExp("^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$", "u");
const schema12 = {"type":["string","object"],"minLength":1,"additionalProperties":false,"oneOf":[{"type":"string"},{"type":"object","required":["endpoint"]},{"type":"object","required":["all"]},{"type":"object","required":["any"]},{"type":"object","required":["atLeast"]}],"expected":"the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”","properties":{"all":{"$ref":"#/definitions/conditions"},"any":{"$ref":"#/definitions/conditions"},"atLeast":{"type":"object","additionalProperties":false,"required":["n","of"],"expected":"an object with “n” and “of”","properties":{"n":{"type":"integer","minimum":1,"expected":"a whole number, at least 1"},"of":{"$ref":"#/definitions/conditions"}}},"endpoint":{"type":"string","minLength":1,"expected":"the key of an endpoint"},"min":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000"}},"dependencies":{"min":["endpoint"]}};
const schema13 = {"type":"array","minItems":1,"maxItems":1000,"expected":"a list of 1 to 1000 conditions","items":{"$ref":"#/definitions/condition"}};
const wrapper0 = {validate: validate11};

function validate12(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(Array.isArray(data)){
if(data.length > 1000){
const err0 = {instancePath,schemaPath:"#/maxItems",keyword:"maxItems",params:{limit: 1000},message:"must NOT have more than 1000 items",schema:1000,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.length < 1){
const err1 = {instancePath,schemaPath:"#/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
const len0 = data.length;
for(let i0=0; i0<len0; i0++){
if(!(wrapper0.validate(data[i0], {instancePath:instancePath+"/" + i0,parentData:data,parentDataProperty:i0,rootData}))){
vErrors = vErrors === null ? wrapper0.validate.errors : vErrors.concat(wrapper0.validate.errors);
errors = vErrors.length;
}
}
}
else {
const err2 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema13.type,parentSchema:schema13,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
validate12.errors = vErrors;
return errors === 0;
}


function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if((typeof data !== "string") && (!(data && typeof data == "object" && !Array.isArray(data)))){
const err0 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: schema12.type},message:"must be string,object",schema:schema12.type,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
const _errs1 = errors;
let valid0 = false;
let passing0 = null;
const _errs2 = errors;
if(typeof data !== "string"){
const err1 = {instancePath,schemaPath:"#/oneOf/0/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.oneOf[0].type,parentSchema:schema12.oneOf[0],data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
var _valid0 = _errs2 === errors;
if(_valid0){
valid0 = true;
passing0 = 0;
}
const _errs4 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.endpoint === undefined){
const err2 = {instancePath,schemaPath:"#/oneOf/1/required",keyword:"required",params:{missingProperty: "endpoint"},message:"must have required property '"+"endpoint"+"'",schema:schema12.oneOf[1].required,parentSchema:schema12.oneOf[1],data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath,schemaPath:"#/oneOf/1/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.oneOf[1].type,parentSchema:schema12.oneOf[1],data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
var _valid0 = _errs4 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 1];
}
else {
if(_valid0){
valid0 = true;
passing0 = 1;
}
const _errs6 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.all === undefined){
const err4 = {instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: "all"},message:"must have required property '"+"all"+"'",schema:schema12.oneOf[2].required,parentSchema:schema12.oneOf[2],data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
else {
const err5 = {instancePath,schemaPath:"#/oneOf/2/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.oneOf[2].type,parentSchema:schema12.oneOf[2],data};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
var _valid0 = _errs6 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
}
const _errs8 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.any === undefined){
const err6 = {instancePath,schemaPath:"#/oneOf/3/required",keyword:"required",params:{missingProperty: "any"},message:"must have required property '"+"any"+"'",schema:schema12.oneOf[3].required,parentSchema:schema12.oneOf[3],data};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath,schemaPath:"#/oneOf/3/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.oneOf[3].type,parentSchema:schema12.oneOf[3],data};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
var _valid0 = _errs8 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 3];
}
else {
if(_valid0){
valid0 = true;
passing0 = 3;
}
const _errs10 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.atLeast === undefined){
const err8 = {instancePath,schemaPath:"#/oneOf/4/required",keyword:"required",params:{missingProperty: "atLeast"},message:"must have required property '"+"atLeast"+"'",schema:schema12.oneOf[4].required,parentSchema:schema12.oneOf[4],data};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath,schemaPath:"#/oneOf/4/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.oneOf[4].type,parentSchema:schema12.oneOf[4],data};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
var _valid0 = _errs10 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 4];
}
else {
if(_valid0){
valid0 = true;
passing0 = 4;
}
}
}
}
}
if(!valid0){
const err10 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf",schema:schema12.oneOf,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
else {
errors = _errs1;
if(vErrors !== null){
if(_errs1){
vErrors.length = _errs1;
}
else {
vErrors = null;
}
}
}
if(typeof data === "string"){
if(data.length < 1){
const err11 = {instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((key0 === "all") || (key0 === "any")) || (key0 === "atLeast")) || (key0 === "endpoint")) || (key0 === "min"))){
const err12 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.min !== undefined){
if(data.endpoint === undefined){
const err13 = {instancePath,schemaPath:"#/dependencies",keyword:"dependencies",params:{property: "min",
    missingProperty: "endpoint",
    depsCount: 1,
    deps: "endpoint"},message:"must have property endpoint when property min is present",schema:schema12.dependencies,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.all !== undefined){
if(!(validate12(data.all, {instancePath:instancePath+"/all",parentData:data,parentDataProperty:"all",rootData}))){
vErrors = vErrors === null ? validate12.errors : vErrors.concat(validate12.errors);
errors = vErrors.length;
}
}
if(data.any !== undefined){
if(!(validate12(data.any, {instancePath:instancePath+"/any",parentData:data,parentDataProperty:"any",rootData}))){
vErrors = vErrors === null ? validate12.errors : vErrors.concat(validate12.errors);
errors = vErrors.length;
}
}
if(data.atLeast !== undefined){
let data2 = data.atLeast;
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.n === undefined){
const err14 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/required",keyword:"required",params:{missingProperty: "n"},message:"must have required property '"+"n"+"'",schema:schema12.properties.atLeast.required,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data2.of === undefined){
const err15 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/required",keyword:"required",params:{missingProperty: "of"},message:"must have required property '"+"of"+"'",schema:schema12.properties.atLeast.required,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
for(const key1 in data2){
if(!((key1 === "n") || (key1 === "of"))){
const err16 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data2.n !== undefined){
let data3 = data2.n;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err17 = {instancePath:instancePath+"/atLeast/n",schemaPath:"#/properties/atLeast/properties/n/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema12.properties.atLeast.properties.n.type,parentSchema:schema12.properties.atLeast.properties.n,data:data3};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 < 1 || isNaN(data3)){
const err18 = {instancePath:instancePath+"/atLeast/n",schemaPath:"#/properties/atLeast/properties/n/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema12.properties.atLeast.properties.n,data:data3};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
}
if(data2.of !== undefined){
if(!(validate12(data2.of, {instancePath:instancePath+"/atLeast/of",parentData:data2,parentDataProperty:"of",rootData}))){
vErrors = vErrors === null ? validate12.errors : vErrors.concat(validate12.errors);
errors = vErrors.length;
}
}
}
else {
const err19 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.properties.atLeast.type,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
if(data.endpoint !== undefined){
let data5 = data.endpoint;
if(typeof data5 === "string"){
if(data5.length < 1){
const err20 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema12.properties.endpoint,data:data5};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.properties.endpoint.type,parentSchema:schema12.properties.endpoint,data:data5};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
if(data.min !== undefined){
let data6 = data.min;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err22 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema12.properties.min.type,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 10000 || isNaN(data6)){
const err23 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err24 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
}
validate11.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.retentionPeriod === undefined){
data.retentionPeriod = 604800;
}
if(data.serviceName === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "serviceName"},message:"must have required property '"+"serviceName"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.endpoints === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "endpoints"},message:"must have required property '"+"endpoints"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.trigger === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "trigger"},message:"must have required property '"+"trigger"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err3 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.$schema !== undefined){
let data0 = data.$schema;
if(typeof data0 !== "string"){
const err4 = {instancePath:instancePath+"/$schema",schemaPath:"#/properties/%24schema/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.$schema.type,parentSchema:schema11.properties.$schema,data:data0};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.serviceName !== undefined){
let data1 = data.serviceName;
if(typeof data1 === "string"){
if(data1.length < 1){
const err5 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.serviceName,data:data1};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
else {
const err6 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.serviceName.type,parentSchema:schema11.properties.serviceName,data:data1};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
if(data.endpoints !== undefined){
let data2 = data.endpoints;
if(Array.isArray(data2)){
if(data2.length < 1){
const err7 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.endpoints,data:data2};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
const len0 = data2.length;
for(let i0=0; i0<len0; i0++){
let data3 = data2[i0];
if(data3 && typeof data3 == "object" && !Array.isArray(data3)){
if(data3.acceptedHttpMethods === undefined){
data3.acceptedHttpMethods = ["GET","POST","PUT","PATCH","DELETE"];
}
if(data3.eventToSend === undefined){
data3.eventToSend = "ALL";
}
if(data3.minNbOfOccurrence === undefined){
data3.minNbOfOccurrence = 1;
}
if(data3.keepHeaders === undefined){
data3.keepHeaders = [];
}
if(data3.redactQueryParams === undefined){
data3.redactQueryParams = ["access_token","api_key","auth_token","client_secret","id_token","jwt","password","refresh_token","secret","token"];
}
if(data3.eventKey === undefined){
const err8 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/required",keyword:"required",params:{missingProperty: "eventKey"},message:"must have required property '"+"eventKey"+"'",schema:schema11.properties.endpoints.items.required,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
for(const key1 in data3){
if(!(func2.call(schema11.properties.endpoints.items.properties, key1))){
const err9 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data3.eventKey !== undefined){
let data4 = data3.eventKey;
if(typeof data4 === "string"){
if(data4.length < 1){
const err10 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data4};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventKey.type,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
let data5 = data3.acceptedHttpMethods;
if(Array.isArray(data5)){
const len1 = data5.length;
for(let i1=0; i1<len1; i1++){
let data6 = data5[i1];
if(typeof data6 !== "string"){
const err12 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data6};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!(((((((((data6 === "GET") || (data6 === "POST")) || (data6 === "PUT")) || (data6 === "PATCH")) || (data6 === "DELETE")) || (data6 === "HEAD")) || (data6 === "OPTIONS")) || (data6 === "TRACE")) || (data6 === "CONNECT"))){
const err13 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data6};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
}
else {
const err14 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods",schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods,data:data5};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
let data7 = data3.eventToSend;
if(typeof data7 !== "string"){
const err15 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventToSend.type,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data7};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!((((data7 === "ALL") || (data7 === "FIRST")) || (data7 === "LAST")) || (data7 === "BOUNDARIES"))){
const err16 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.eventToSend.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.eventToSend.enum,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data7};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
let data8 = data3.minNbOfOccurrence;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err17 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.endpoints.items.properties.minNbOfOccurrence.type,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 10000 || isNaN(data8)){
const err18 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err19 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
let data9 = data3.keepHeaders;
if(Array.isArray(data9)){
const len2 = data9.length;
for(let i2=0; i2<len2; i2++){
let data10 = data9[i2];
if(typeof data10 === "string"){
if(!pattern0.test(data10)){
const err20 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},message:"must match pattern \""+"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"+"\"",schema:"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data10};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.keepHeaders.items.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders",schemaPath:"#/properties/endpoints/items/properties/keepHeaders/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.keepHeaders.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders,data:data9};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
let data11 = data3.redactQueryParams;
if(Array.isArray(data11)){
const len3 = data11.length;
for(let i3=0; i3<len3; i3++){
let data12 = data11[i3];
if(typeof data12 === "string"){
if(data12.length < 1){
const err23 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data12};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
else {
const err24 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.redactQueryParams.items.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data12};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
}
else {
const err25 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams",schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.redactQueryParams.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams,data:data11};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data3.schema !== undefined){
let data13 = data3.schema;
if(!(data13 && typeof data13 == "object" && !Array.isArray(data13))){
const err26 = {instancePath:instancePath+"/endpoints/" + i0+"/schema",schemaPath:"#/properties/endpoints/items/properties/schema/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.properties.schema.type,parentSchema:schema11.properties.endpoints.items.properties.schema,data:data13};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
if(data3.filter !== undefined){
let data14 = data3.filter;
if(typeof data14 === "string"){
if(data14.length < 1){
const err27 = {instancePath:instancePath+"/endpoints/" + i0+"/filter",schemaPath:"#/properties/endpoints/items/properties/filter/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.filter,data:data14};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
else {
const err28 = {instancePath:instancePath+"/endpoints/" + i0+"/filter",schemaPath:"#/properties/endpoints/items/properties/filter/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.filter.type,parentSchema:schema11.properties.endpoints.items.properties.filter,data:data14};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
if(data3.key !== undefined){
let data15 = data3.key;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(Object.keys(data15).length > 1){
const err29 = {instancePath:instancePath+"/endpoints/" + i0+"/key",schemaPath:"#/properties/endpoints/items/properties/key/maxProperties",keyword:"maxProperties",params:{limit: 1},message:"must NOT have more than 1 properties",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key,data:data15};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(Object.keys(data15).length < 1){
const err30 = {instancePath:instancePath+"/endpoints/" + i0+"/key",schemaPath:"#/properties/endpoints/items/properties/key/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key,data:data15};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
for(const key2 in data15){
if(!(((((key2 === "header") || (key2 === "queryParam")) || (key2 === "body")) || (key2 === "cloudEvent")) || (key2 === "pubSubAttribute"))){
const err31 = {instancePath:instancePath+"/endpoints/" + i0+"/key",schemaPath:"#/properties/endpoints/items/properties/key/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.endpoints.items.properties.key,data:data15};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data15.header !== undefined){
let data16 = data15.header;
if(typeof data16 === "string"){
if(data16.length < 1){
const err32 = {instancePath:instancePath+"/endpoints/" + i0+"/key/header",schemaPath:"#/properties/endpoints/items/properties/key/properties/header/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key.properties.header,data:data16};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/endpoints/" + i0+"/key/header",schemaPath:"#/properties/endpoints/items/properties/key/properties/header/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.key.properties.header.type,parentSchema:schema11.properties.endpoints.items.properties.key.properties.header,data:data16};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data15.queryParam !== undefined){
let data17 = data15.queryParam;
if(typeof data17 === "string"){
if(data17.length < 1){
const err34 = {instancePath:instancePath+"/endpoints/" + i0+"/key/queryParam",schemaPath:"#/properties/endpoints/items/properties/key/properties/queryParam/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key.properties.queryParam,data:data17};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
else {
const err35 = {instancePath:instancePath+"/endpoints/" + i0+"/key/queryParam",schemaPath:"#/properties/endpoints/items/properties/key/properties/queryParam/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.key.properties.queryParam.type,parentSchema:schema11.properties.endpoints.items.properties.key.properties.queryParam,data:data17};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
if(data15.body !== undefined){
let data18 = data15.body;
if(typeof data18 === "string"){
if(data18.length < 1){
const err36 = {instancePath:instancePath+"/endpoints/" + i0+"/key/body",schemaPath:"#/properties/endpoints/items/properties/key/properties/body/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key.properties.body,data:data18};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/endpoints/" + i0+"/key/body",schemaPath:"#/properties/endpoints/items/properties/key/properties/body/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.key.properties.body.type,parentSchema:schema11.properties.endpoints.items.properties.key.properties.body,data:data18};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data15.cloudEvent !== undefined){
let data19 = data15.cloudEvent;
if(typeof data19 === "string"){
if(data19.length < 1){
const err38 = {instancePath:instancePath+"/endpoints/" + i0+"/key/cloudEvent",schemaPath:"#/properties/endpoints/items/properties/key/properties/cloudEvent/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key.properties.cloudEvent,data:data19};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/endpoints/" + i0+"/key/cloudEvent",schemaPath:"#/properties/endpoints/items/properties/key/properties/cloudEvent/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.key.properties.cloudEvent.type,parentSchema:schema11.properties.endpoints.items.properties.key.properties.cloudEvent,data:data19};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data15.pubSubAttribute !== undefined){
let data20 = data15.pubSubAttribute;
if(typeof data20 === "string"){
if(data20.length < 1){
const err40 = {instancePath:instancePath+"/endpoints/" + i0+"/key/pubSubAttribute",schemaPath:"#/properties/endpoints/items/properties/key/properties/pubSubAttribute/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.key.properties.pubSubAttribute,data:data20};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/endpoints/" + i0+"/key/pubSubAttribute",schemaPath:"#/properties/endpoints/items/properties/key/properties/pubSubAttribute/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.key.properties.pubSubAttribute.type,parentSchema:schema11.properties.endpoints.items.properties.key.properties.pubSubAttribute,data:data20};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/endpoints/" + i0+"/key",schemaPath:"#/properties/endpoints/items/properties/key/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.properties.key.type,parentSchema:schema11.properties.endpoints.items.properties.key,data:data15};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.type,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
}
else {
const err44 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.type,parentSchema:schema11.properties.endpoints,data:data2};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data.correlation !== undefined){
let data21 = data.correlation;
if(data21 && typeof data21 == "object" && !Array.isArray(data21)){
if(data21.withoutKey === undefined){
data21.withoutKey = "reject";
}
for(const key3 in data21){
if(!(((key3 === "key") || (key3 === "withoutKey")) || (key3 === "fixedKey"))){
const err45 = {instancePath:instancePath+"/correlation",schemaPath:"#/properties/correlation/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.correlation,data:data21};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data21.key !== undefined){
let data22 = data21.key;
if(data22 && typeof data22 == "object" && !Array.isArray(data22)){
if(Object.keys(data22).length > 1){
const err46 = {instancePath:instancePath+"/correlation/key",schemaPath:"#/properties/correlation/properties/key/maxProperties",keyword:"maxProperties",params:{limit: 1},message:"must NOT have more than 1 properties",schema:1,parentSchema:schema11.properties.correlation.properties.key,data:data22};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
if(Object.keys(data22).length < 1){
const err47 = {instancePath:instancePath+"/correlation/key",schemaPath:"#/properties/correlation/properties/key/minProperties",keyword:"minProperties",params:{limit: 1},message:"must NOT have fewer than 1 properties",schema:1,parentSchema:schema11.properties.correlation.properties.key,data:data22};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
for(const key4 in data22){
if(!(((((key4 === "header") || (key4 === "queryParam")) || (key4 === "body")) || (key4 === "cloudEvent")) || (key4 === "pubSubAttribute"))){
const err48 = {instancePath:instancePath+"/correlation/key",schemaPath:"#/properties/correlation/properties/key/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.correlation.properties.key,data:data22};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data22.header !== undefined){
let data23 = data22.header;
if(typeof data23 === "string"){
if(data23.length < 1){
const err49 = {instancePath:instancePath+"/correlation/key/header",schemaPath:"#/properties/correlation/properties/key/properties/header/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.correlation.properties.key.properties.header,data:data23};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/correlation/key/header",schemaPath:"#/properties/correlation/properties/key/properties/header/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.key.properties.header.type,parentSchema:schema11.properties.correlation.properties.key.properties.header,data:data23};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(data22.queryParam !== undefined){
let data24 = data22.queryParam;
if(typeof data24 === "string"){
if(data24.length < 1){
const err51 = {instancePath:instancePath+"/correlation/key/queryParam",schemaPath:"#/properties/correlation/properties/key/properties/queryParam/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.correlation.properties.key.properties.queryParam,data:data24};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
else {
const err52 = {instancePath:instancePath+"/correlation/key/queryParam",schemaPath:"#/properties/correlation/properties/key/properties/queryParam/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.key.properties.queryParam.type,parentSchema:schema11.properties.correlation.properties.key.properties.queryParam,data:data24};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
if(data22.body !== undefined){
let data25 = data22.body;
if(typeof data25 === "string"){
if(data25.length < 1){
const err53 = {instancePath:instancePath+"/correlation/key/body",schemaPath:"#/properties/correlation/properties/key/properties/body/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.correlation.properties.key.properties.body,data:data25};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
else {
const err54 = {instancePath:instancePath+"/correlation/key/body",schemaPath:"#/properties/correlation/properties/key/properties/body/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.key.properties.body.type,parentSchema:schema11.properties.correlation.properties.key.properties.body,data:data25};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data22.cloudEvent !== undefined){
let data26 = data22.cloudEvent;
if(typeof data26 === "string"){
if(data26.length < 1){
const err55 = {instancePath:instancePath+"/correlation/key/cloudEvent",schemaPath:"#/properties/correlation/properties/key/properties/cloudEvent/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.correlation.properties.key.properties.cloudEvent,data:data26};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
else {
const err56 = {instancePath:instancePath+"/correlation/key/cloudEvent",schemaPath:"#/properties/correlation/properties/key/properties/cloudEvent/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.key.properties.cloudEvent.type,parentSchema:schema11.properties.correlation.properties.key.properties.cloudEvent,data:data26};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(data22.pubSubAttribute !== undefined){
let data27 = data22.pubSubAttribute;
if(typeof data27 === "string"){
if(data27.length < 1){
const err57 = {instancePath:instancePath+"/correlation/key/pubSubAttribute",schemaPath:"#/properties/correlation/properties/key/properties/pubSubAttribute/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.correlation.properties.key.properties.pubSubAttribute,data:data27};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
else {
const err58 = {instancePath:instancePath+"/correlation/key/pubSubAttribute",schemaPath:"#/properties/correlation/properties/key/properties/pubSubAttribute/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.key.properties.pubSubAttribute.type,parentSchema:schema11.properties.correlation.properties.key.properties.pubSubAttribute,data:data27};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
}
else {
const err59 = {instancePath:instancePath+"/correlation/key",schemaPath:"#/properties/correlation/properties/key/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.correlation.properties.key.type,parentSchema:schema11.properties.correlation.properties.key,data:data22};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
let data28 = data21.withoutKey;
if(typeof data28 !== "string"){
const err60 = {instancePath:instancePath+"/correlation/withoutKey",schemaPath:"#/properties/correlation/properties/withoutKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.withoutKey.type,parentSchema:schema11.properties.correlation.properties.withoutKey,data:data28};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
if(!(((data28 === "reject") || (data28 === "ignore")) || (data28 === "fixed"))){
const err61 = {instancePath:instancePath+"/correlation/withoutKey",schemaPath:"#/properties/correlation/properties/withoutKey/enum",keyword:"enum",params:{allowedValues: schema11.properties.correlation.properties.withoutKey.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.correlation.properties.withoutKey.enum,parentSchema:schema11.properties.correlation.properties.withoutKey,data:data28};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
if(data21.fixedKey !== undefined){
let data29 = data21.fixedKey;
if(typeof data29 !== "string"){
const err62 = {instancePath:instancePath+"/correlation/fixedKey",schemaPath:"#/properties/correlation/properties/fixedKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.correlation.properties.fixedKey.type,parentSchema:schema11.properties.correlation.properties.fixedKey,data:data29};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
}
else {
const err63 = {instancePath:instancePath+"/correlation",schemaPath:"#/properties/correlation/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.correlation.type,parentSchema:schema11.properties.correlation,data:data21};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data.trigger !== undefined){
let data30 = data.trigger;
if(data30 && typeof data30 == "object" && !Array.isArray(data30)){
if(data30.keepEventAfterTrigger === undefined){
data30.keepEventAfterTrigger = false;
}
if(data30.type === undefined){
const err64 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data30};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
if(data30.observationPeriod === undefined){
const err65 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "observationPeriod"},message:"must have required property '"+"observationPeriod"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data30};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
for(const key5 in data30){
if(!(((key5 === "type") || (key5 === "observationPeriod")) || (key5 === "keepEventAfterTrigger"))){
const err66 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.trigger,data:data30};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
if(data30.type !== undefined){
let data31 = data30.type;
if(typeof data31 !== "string"){
const err67 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.trigger.properties.type.type,parentSchema:schema11.properties.trigger.properties.type,data:data31};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(!((data31 === "window") || (data31 === "none"))){
const err68 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.trigger.properties.type.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.trigger.properties.type.enum,parentSchema:schema11.properties.trigger.properties.type,data:data31};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data30.observationPeriod !== undefined){
let data32 = data30.observationPeriod;
if(!(((typeof data32 == "number") && (!(data32 % 1) && !isNaN(data32))) && (isFinite(data32)))){
const err69 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.trigger.properties.observationPeriod.type,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data32};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if((typeof data32 == "number") && (isFinite(data32))){
if(data32 < 1 || isNaN(data32)){
const err70 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data32};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
}
let data33 = data30.keepEventAfterTrigger;
if(typeof data33 !== "boolean"){
const err71 = {instancePath:instancePath+"/trigger/keepEventAfterTrigger",schemaPath:"#/properties/trigger/properties/keepEventAfterTrigger/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.trigger.properties.keepEventAfterTrigger.type,parentSchema:schema11.properties.trigger.properties.keepEventAfterTrigger,data:data33};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
else {
const err72 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.trigger.type,parentSchema:schema11.properties.trigger,data:data30};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data.condition !== undefined){
if(!(validate11(data.condition, {instancePath:instancePath+"/condition",parentData:data,parentDataProperty:"condition",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
if(data.targetPubSub !== undefined){
let data35 = data.targetPubSub;
if(data35 && typeof data35 == "object" && !Array.isArray(data35)){
if(data35.topic === undefined){
const err73 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.targetPubSub.required,parentSchema:schema11.properties.targetPubSub,data:data35};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
for(const key6 in data35){
if(!(((key6 === "topic") || (key6 === "format")) || (key6 === "orderingKey"))){
const err74 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targetPubSub,data:data35};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
if(data35.topic !== undefined){
let data36 = data35.topic;
if(typeof data36 === "string"){
if(!pattern1.test(data36)){
const err75 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targetPubSub.properties.topic,data:data36};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
else {
const err76 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.topic.type,parentSchema:schema11.properties.targetPubSub.properties.topic,data:data36};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
if(data35.format !== undefined){
let data37 = data35.format;
if(typeof data37 !== "string"){
const err77 = {instancePath:instancePath+"/targetPubSub/format",schemaPath:"#/properties/targetPubSub/properties/format/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.format.type,parentSchema:schema11.properties.targetPubSub.properties.format,data:data37};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(!((data37 === "message") || (data37 === "cloudevents"))){
const err78 = {instancePath:instancePath+"/targetPubSub/format",schemaPath:"#/properties/targetPubSub/properties/format/enum",keyword:"enum",params:{allowedValues: schema11.properties.targetPubSub.properties.format.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targetPubSub.properties.format.enum,parentSchema:schema11.properties.targetPubSub.properties.format,data:data37};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
if(data35.orderingKey !== undefined){
let data38 = data35.orderingKey;
if(typeof data38 !== "string"){
const err79 = {instancePath:instancePath+"/targetPubSub/orderingKey",schemaPath:"#/properties/targetPubSub/properties/orderingKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.orderingKey.type,parentSchema:schema11.properties.targetPubSub.properties.orderingKey,data:data38};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
if(!((data38 === "none") || (data38 === "key"))){
const err80 = {instancePath:instancePath+"/targetPubSub/orderingKey",schemaPath:"#/properties/targetPubSub/properties/orderingKey/enum",keyword:"enum",params:{allowedValues: schema11.properties.targetPubSub.properties.orderingKey.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targetPubSub.properties.orderingKey.enum,parentSchema:schema11.properties.targetPubSub.properties.orderingKey,data:data38};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
}
else {
const err81 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targetPubSub.type,parentSchema:schema11.properties.targetPubSub,data:data35};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
if(data.targets !== undefined){
let data39 = data.targets;
if(Array.isArray(data39)){
if(data39.length > 20){
const err82 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/maxItems",keyword:"maxItems",params:{limit: 20},message:"must NOT have more than 20 items",schema:20,parentSchema:schema11.properties.targets,data:data39};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(data39.length < 1){
const err83 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.targets,data:data39};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
const len4 = data39.length;
for(let i4=0; i4<len4; i4++){
let data40 = data39[i4];
if(data40 && typeof data40 == "object" && !Array.isArray(data40)){
if(data40.name === undefined){
const err84 = {instancePath:instancePath+"/targets/" + i4,schemaPath:"#/properties/targets/items/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'",schema:schema11.properties.targets.items.required,parentSchema:schema11.properties.targets.items,data:data40};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
if(data40.kind === undefined){
const err85 = {instancePath:instancePath+"/targets/" + i4,schemaPath:"#/properties/targets/items/required",keyword:"required",params:{missingProperty: "kind"},message:"must have required property '"+"kind"+"'",schema:schema11.properties.targets.items.required,parentSchema:schema11.properties.targets.items,data:data40};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
for(const key7 in data40){
if(!(func2.call(schema11.properties.targets.items.properties, key7))){
const err86 = {instancePath:instancePath+"/targets/" + i4,schemaPath:"#/properties/targets/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items,data:data40};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
}
if(data40.name !== undefined){
let data41 = data40.name;
if(typeof data41 === "string"){
if(!pattern2.test(data41)){
const err87 = {instancePath:instancePath+"/targets/" + i4+"/name",schemaPath:"#/properties/targets/items/properties/name/pattern",keyword:"pattern",params:{pattern: "^[a-z][a-z0-9-]{0,39}$"},message:"must match pattern \""+"^[a-z][a-z0-9-]{0,39}$"+"\"",schema:"^[a-z][a-z0-9-]{0,39}$",parentSchema:schema11.properties.targets.items.properties.name,data:data41};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
else {
const err88 = {instancePath:instancePath+"/targets/" + i4+"/name",schemaPath:"#/properties/targets/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.name.type,parentSchema:schema11.properties.targets.items.properties.name,data:data41};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
if(data40.kind !== undefined){
let data42 = data40.kind;
if(typeof data42 !== "string"){
const err89 = {instancePath:instancePath+"/targets/" + i4+"/kind",schemaPath:"#/properties/targets/items/properties/kind/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.kind.type,parentSchema:schema11.properties.targets.items.properties.kind,data:data42};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(!(((data42 === "pubsub") || (data42 === "http")) || (data42 === "pull"))){
const err90 = {instancePath:instancePath+"/targets/" + i4+"/kind",schemaPath:"#/properties/targets/items/properties/kind/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.kind.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.kind.enum,parentSchema:schema11.properties.targets.items.properties.kind,data:data42};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
if(data40.reasons !== undefined){
let data43 = data40.reasons;
if(Array.isArray(data43)){
if(data43.length < 1){
const err91 = {instancePath:instancePath+"/targets/" + i4+"/reasons",schemaPath:"#/properties/targets/items/properties/reasons/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.targets.items.properties.reasons,data:data43};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
const len5 = data43.length;
for(let i5=0; i5<len5; i5++){
let data44 = data43[i5];
if(typeof data44 !== "string"){
const err92 = {instancePath:instancePath+"/targets/" + i4+"/reasons/" + i5,schemaPath:"#/properties/targets/items/properties/reasons/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.reasons.items.type,parentSchema:schema11.properties.targets.items.properties.reasons.items,data:data44};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(!(((data44 === "complete") || (data44 === "deadline")) || (data44 === "manual"))){
const err93 = {instancePath:instancePath+"/targets/" + i4+"/reasons/" + i5,schemaPath:"#/properties/targets/items/properties/reasons/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.reasons.items.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.reasons.items.enum,parentSchema:schema11.properties.targets.items.properties.reasons.items,data:data44};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
let i6 = data43.length;
let j0;
if(i6 > 1){
const indices0 = {};
for(;i6--;){
let item0 = data43[i6];
if(typeof item0 !== "string"){
continue;
}
if(typeof indices0[item0] == "number"){
j0 = indices0[item0];
const err94 = {instancePath:instancePath+"/targets/" + i4+"/reasons",schemaPath:"#/properties/targets/items/properties/reasons/uniqueItems",keyword:"uniqueItems",params:{i: i6, j: j0},message:"must NOT have duplicate items (items ## "+j0+" and "+i6+" are identical)",schema:true,parentSchema:schema11.properties.targets.items.properties.reasons,data:data43};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
break;
}
indices0[item0] = i6;
}
}
}
else {
const err95 = {instancePath:instancePath+"/targets/" + i4+"/reasons",schemaPath:"#/properties/targets/items/properties/reasons/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.targets.items.properties.reasons.type,parentSchema:schema11.properties.targets.items.properties.reasons,data:data43};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
if(data40.topic !== undefined){
let data45 = data40.topic;
if(typeof data45 === "string"){
if(!pattern1.test(data45)){
const err96 = {instancePath:instancePath+"/targets/" + i4+"/topic",schemaPath:"#/properties/targets/items/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targets.items.properties.topic,data:data45};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
else {
const err97 = {instancePath:instancePath+"/targets/" + i4+"/topic",schemaPath:"#/properties/targets/items/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.topic.type,parentSchema:schema11.properties.targets.items.properties.topic,data:data45};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data40.format !== undefined){
let data46 = data40.format;
if(typeof data46 !== "string"){
const err98 = {instancePath:instancePath+"/targets/" + i4+"/format",schemaPath:"#/properties/targets/items/properties/format/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.format.type,parentSchema:schema11.properties.targets.items.properties.format,data:data46};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
if(!((data46 === "message") || (data46 === "cloudevents"))){
const err99 = {instancePath:instancePath+"/targets/" + i4+"/format",schemaPath:"#/properties/targets/items/properties/format/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.format.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.format.enum,parentSchema:schema11.properties.targets.items.properties.format,data:data46};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(data40.orderingKey !== undefined){
let data47 = data40.orderingKey;
if(typeof data47 !== "string"){
const err100 = {instancePath:instancePath+"/targets/" + i4+"/orderingKey",schemaPath:"#/properties/targets/items/properties/orderingKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.orderingKey.type,parentSchema:schema11.properties.targets.items.properties.orderingKey,data:data47};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(!((data47 === "none") || (data47 === "key"))){
const err101 = {instancePath:instancePath+"/targets/" + i4+"/orderingKey",schemaPath:"#/properties/targets/items/properties/orderingKey/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.orderingKey.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.orderingKey.enum,parentSchema:schema11.properties.targets.items.properties.orderingKey,data:data47};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data40.url !== undefined){
let data48 = data40.url;
if(typeof data48 === "string"){
if(data48.length < 1){
const err102 = {instancePath:instancePath+"/targets/" + i4+"/url",schemaPath:"#/properties/targets/items/properties/url/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.targets.items.properties.url,data:data48};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
else {
const err103 = {instancePath:instancePath+"/targets/" + i4+"/url",schemaPath:"#/properties/targets/items/properties/url/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.url.type,parentSchema:schema11.properties.targets.items.properties.url,data:data48};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
}
if(data40.method !== undefined){
let data49 = data40.method;
if(typeof data49 !== "string"){
const err104 = {instancePath:instancePath+"/targets/" + i4+"/method",schemaPath:"#/properties/targets/items/properties/method/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.method.type,parentSchema:schema11.properties.targets.items.properties.method,data:data49};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
if(!(((((data49 === "POST") || (data49 === "PUT")) || (data49 === "PATCH")) || (data49 === "GET")) || (data49 === "DELETE"))){
const err105 = {instancePath:instancePath+"/targets/" + i4+"/method",schemaPath:"#/properties/targets/items/properties/method/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.method.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.method.enum,parentSchema:schema11.properties.targets.items.properties.method,data:data49};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data40.headers !== undefined){
let data50 = data40.headers;
if(data50 && typeof data50 == "object" && !Array.isArray(data50)){
for(const key8 in data50){
let data51 = data50[key8];
if((typeof data51 !== "string") && (!(data51 && typeof data51 == "object" && !Array.isArray(data51)))){
const err106 = {instancePath:instancePath+"/targets/" + i4+"/headers/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/targets/items/properties/headers/additionalProperties/type",keyword:"type",params:{type: schema11.properties.targets.items.properties.headers.additionalProperties.type},message:"must be string,object",schema:schema11.properties.targets.items.properties.headers.additionalProperties.type,parentSchema:schema11.properties.targets.items.properties.headers.additionalProperties,data:data51};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
if(data51.secret === undefined){
const err107 = {instancePath:instancePath+"/targets/" + i4+"/headers/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/targets/items/properties/headers/additionalProperties/required",keyword:"required",params:{missingProperty: "secret"},message:"must have required property '"+"secret"+"'",schema:schema11.properties.targets.items.properties.headers.additionalProperties.required,parentSchema:schema11.properties.targets.items.properties.headers.additionalProperties,data:data51};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
for(const key9 in data51){
if(!(key9 === "secret")){
const err108 = {instancePath:instancePath+"/targets/" + i4+"/headers/" + key8.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/targets/items/properties/headers/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.headers.additionalProperties,data:data51};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
if(data51.secret !== undefined){
let data52 = data51.secret;
if(typeof data52 === "string"){
if(!pattern4.test(data52)){
const err109 = {instancePath:instancePath+"/targets/" + i4+"/headers/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/secret",schemaPath:"#/properties/targets/items/properties/headers/additionalProperties/properties/secret/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_-]{1,100}$"},message:"must match pattern \""+"^[A-Za-z0-9_-]{1,100}$"+"\"",schema:"^[A-Za-z0-9_-]{1,100}$",parentSchema:schema11.properties.targets.items.properties.headers.additionalProperties.properties.secret,data:data52};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
else {
const err110 = {instancePath:instancePath+"/targets/" + i4+"/headers/" + key8.replace(/~/g, "~0").replace(/\//g, "~1")+"/secret",schemaPath:"#/properties/targets/items/properties/headers/additionalProperties/properties/secret/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.headers.additionalProperties.properties.secret.type,parentSchema:schema11.properties.targets.items.properties.headers.additionalProperties.properties.secret,data:data52};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
}
}
}
}
else {
const err111 = {instancePath:instancePath+"/targets/" + i4+"/headers",schemaPath:"#/properties/targets/items/properties/headers/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.headers.type,parentSchema:schema11.properties.targets.items.properties.headers,data:data50};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
if(data40.body !== undefined){
let data53 = data40.body;
if(typeof data53 !== "string"){
const err112 = {instancePath:instancePath+"/targets/" + i4+"/body",schemaPath:"#/properties/targets/items/properties/body/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.body.type,parentSchema:schema11.properties.targets.items.properties.body,data:data53};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(!(((data53 === "message") || (data53 === "cloudevents")) || (data53 === "event"))){
const err113 = {instancePath:instancePath+"/targets/" + i4+"/body",schemaPath:"#/properties/targets/items/properties/body/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.body.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.body.enum,parentSchema:schema11.properties.targets.items.properties.body,data:data53};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data40.auth !== undefined){
let data54 = data40.auth;
if(data54 && typeof data54 == "object" && !Array.isArray(data54)){
if(data54.identityToken === undefined){
const err114 = {instancePath:instancePath+"/targets/" + i4+"/auth",schemaPath:"#/properties/targets/items/properties/auth/required",keyword:"required",params:{missingProperty: "identityToken"},message:"must have required property '"+"identityToken"+"'",schema:schema11.properties.targets.items.properties.auth.required,parentSchema:schema11.properties.targets.items.properties.auth,data:data54};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
for(const key10 in data54){
if(!(key10 === "identityToken")){
const err115 = {instancePath:instancePath+"/targets/" + i4+"/auth",schemaPath:"#/properties/targets/items/properties/auth/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.auth,data:data54};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(data54.identityToken !== undefined){
let data55 = data54.identityToken;
if(data55 && typeof data55 == "object" && !Array.isArray(data55)){
for(const key11 in data55){
if(!(key11 === "audience")){
const err116 = {instancePath:instancePath+"/targets/" + i4+"/auth/identityToken",schemaPath:"#/properties/targets/items/properties/auth/properties/identityToken/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.auth.properties.identityToken,data:data55};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data55.audience !== undefined){
let data56 = data55.audience;
if(typeof data56 === "string"){
if(data56.length < 1){
const err117 = {instancePath:instancePath+"/targets/" + i4+"/auth/identityToken/audience",schemaPath:"#/properties/targets/items/properties/auth/properties/identityToken/properties/audience/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.targets.items.properties.auth.properties.identityToken.properties.audience,data:data56};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
}
else {
const err118 = {instancePath:instancePath+"/targets/" + i4+"/auth/identityToken/audience",schemaPath:"#/properties/targets/items/properties/auth/properties/identityToken/properties/audience/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.auth.properties.identityToken.properties.audience.type,parentSchema:schema11.properties.targets.items.properties.auth.properties.identityToken.properties.audience,data:data56};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
}
}
else {
const err119 = {instancePath:instancePath+"/targets/" + i4+"/auth/identityToken",schemaPath:"#/properties/targets/items/properties/auth/properties/identityToken/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.auth.properties.identityToken.type,parentSchema:schema11.properties.targets.items.properties.auth.properties.identityToken,data:data55};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
else {
const err120 = {instancePath:instancePath+"/targets/" + i4+"/auth",schemaPath:"#/properties/targets/items/properties/auth/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.auth.type,parentSchema:schema11.properties.targets.items.properties.auth,data:data54};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
}
if(data40.signature !== undefined){
let data57 = data40.signature;
if(data57 && typeof data57 == "object" && !Array.isArray(data57)){
if(data57.secret === undefined){
const err121 = {instancePath:instancePath+"/targets/" + i4+"/signature",schemaPath:"#/properties/targets/items/properties/signature/required",keyword:"required",params:{missingProperty: "secret"},message:"must have required property '"+"secret"+"'",schema:schema11.properties.targets.items.properties.signature.required,parentSchema:schema11.properties.targets.items.properties.signature,data:data57};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
for(const key12 in data57){
if(!((key12 === "secret") || (key12 === "previousSecret"))){
const err122 = {instancePath:instancePath+"/targets/" + i4+"/signature",schemaPath:"#/properties/targets/items/properties/signature/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.signature,data:data57};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data57.secret !== undefined){
let data58 = data57.secret;
if(typeof data58 === "string"){
if(!pattern4.test(data58)){
const err123 = {instancePath:instancePath+"/targets/" + i4+"/signature/secret",schemaPath:"#/properties/targets/items/properties/signature/properties/secret/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_-]{1,100}$"},message:"must match pattern \""+"^[A-Za-z0-9_-]{1,100}$"+"\"",schema:"^[A-Za-z0-9_-]{1,100}$",parentSchema:schema11.properties.targets.items.properties.signature.properties.secret,data:data58};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
}
else {
const err124 = {instancePath:instancePath+"/targets/" + i4+"/signature/secret",schemaPath:"#/properties/targets/items/properties/signature/properties/secret/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.signature.properties.secret.type,parentSchema:schema11.properties.targets.items.properties.signature.properties.secret,data:data58};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
}
if(data57.previousSecret !== undefined){
let data59 = data57.previousSecret;
if(typeof data59 === "string"){
if(!pattern4.test(data59)){
const err125 = {instancePath:instancePath+"/targets/" + i4+"/signature/previousSecret",schemaPath:"#/properties/targets/items/properties/signature/properties/previousSecret/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_-]{1,100}$"},message:"must match pattern \""+"^[A-Za-z0-9_-]{1,100}$"+"\"",schema:"^[A-Za-z0-9_-]{1,100}$",parentSchema:schema11.properties.targets.items.properties.signature.properties.previousSecret,data:data59};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
else {
const err126 = {instancePath:instancePath+"/targets/" + i4+"/signature/previousSecret",schemaPath:"#/properties/targets/items/properties/signature/properties/previousSecret/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.signature.properties.previousSecret.type,parentSchema:schema11.properties.targets.items.properties.signature.properties.previousSecret,data:data59};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
}
else {
const err127 = {instancePath:instancePath+"/targets/" + i4+"/signature",schemaPath:"#/properties/targets/items/properties/signature/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.signature.type,parentSchema:schema11.properties.targets.items.properties.signature,data:data57};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
}
if(data40.timeoutSeconds !== undefined){
let data60 = data40.timeoutSeconds;
if(!(((typeof data60 == "number") && (!(data60 % 1) && !isNaN(data60))) && (isFinite(data60)))){
const err128 = {instancePath:instancePath+"/targets/" + i4+"/timeoutSeconds",schemaPath:"#/properties/targets/items/properties/timeoutSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.targets.items.properties.timeoutSeconds.type,parentSchema:schema11.properties.targets.items.properties.timeoutSeconds,data:data60};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
if((typeof data60 == "number") && (isFinite(data60))){
if(data60 > 30 || isNaN(data60)){
const err129 = {instancePath:instancePath+"/targets/" + i4+"/timeoutSeconds",schemaPath:"#/properties/targets/items/properties/timeoutSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 30},message:"must be <= 30",schema:30,parentSchema:schema11.properties.targets.items.properties.timeoutSeconds,data:data60};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(data60 < 1 || isNaN(data60)){
const err130 = {instancePath:instancePath+"/targets/" + i4+"/timeoutSeconds",schemaPath:"#/properties/targets/items/properties/timeoutSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.targets.items.properties.timeoutSeconds,data:data60};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
}
}
if(data40.allowPrivate !== undefined){
let data61 = data40.allowPrivate;
if(typeof data61 !== "boolean"){
const err131 = {instancePath:instancePath+"/targets/" + i4+"/allowPrivate",schemaPath:"#/properties/targets/items/properties/allowPrivate/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.targets.items.properties.allowPrivate.type,parentSchema:schema11.properties.targets.items.properties.allowPrivate,data:data61};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
}
if(data40.retry !== undefined){
let data62 = data40.retry;
if(data62 && typeof data62 == "object" && !Array.isArray(data62)){
for(const key13 in data62){
if(!(((key13 === "maxAttempts") || (key13 === "firstSeconds")) || (key13 === "longestSeconds"))){
const err132 = {instancePath:instancePath+"/targets/" + i4+"/retry",schemaPath:"#/properties/targets/items/properties/retry/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.retry,data:data62};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
if(data62.maxAttempts !== undefined){
let data63 = data62.maxAttempts;
if(!(((typeof data63 == "number") && (!(data63 % 1) && !isNaN(data63))) && (isFinite(data63)))){
const err133 = {instancePath:instancePath+"/targets/" + i4+"/retry/maxAttempts",schemaPath:"#/properties/targets/items/properties/retry/properties/maxAttempts/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.targets.items.properties.retry.properties.maxAttempts.type,parentSchema:schema11.properties.targets.items.properties.retry.properties.maxAttempts,data:data63};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
if((typeof data63 == "number") && (isFinite(data63))){
if(data63 > 100 || isNaN(data63)){
const err134 = {instancePath:instancePath+"/targets/" + i4+"/retry/maxAttempts",schemaPath:"#/properties/targets/items/properties/retry/properties/maxAttempts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100",schema:100,parentSchema:schema11.properties.targets.items.properties.retry.properties.maxAttempts,data:data63};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if(data63 < 1 || isNaN(data63)){
const err135 = {instancePath:instancePath+"/targets/" + i4+"/retry/maxAttempts",schemaPath:"#/properties/targets/items/properties/retry/properties/maxAttempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.targets.items.properties.retry.properties.maxAttempts,data:data63};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
}
if(data62.firstSeconds !== undefined){
let data64 = data62.firstSeconds;
if(!(((typeof data64 == "number") && (!(data64 % 1) && !isNaN(data64))) && (isFinite(data64)))){
const err136 = {instancePath:instancePath+"/targets/" + i4+"/retry/firstSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/firstSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.targets.items.properties.retry.properties.firstSeconds.type,parentSchema:schema11.properties.targets.items.properties.retry.properties.firstSeconds,data:data64};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
if((typeof data64 == "number") && (isFinite(data64))){
if(data64 > 3600 || isNaN(data64)){
const err137 = {instancePath:instancePath+"/targets/" + i4+"/retry/firstSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/firstSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600",schema:3600,parentSchema:schema11.properties.targets.items.properties.retry.properties.firstSeconds,data:data64};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
if(data64 < 1 || isNaN(data64)){
const err138 = {instancePath:instancePath+"/targets/" + i4+"/retry/firstSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/firstSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.targets.items.properties.retry.properties.firstSeconds,data:data64};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
}
if(data62.longestSeconds !== undefined){
let data65 = data62.longestSeconds;
if(!(((typeof data65 == "number") && (!(data65 % 1) && !isNaN(data65))) && (isFinite(data65)))){
const err139 = {instancePath:instancePath+"/targets/" + i4+"/retry/longestSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/longestSeconds/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.targets.items.properties.retry.properties.longestSeconds.type,parentSchema:schema11.properties.targets.items.properties.retry.properties.longestSeconds,data:data65};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
if((typeof data65 == "number") && (isFinite(data65))){
if(data65 > 86400 || isNaN(data65)){
const err140 = {instancePath:instancePath+"/targets/" + i4+"/retry/longestSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/longestSeconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400",schema:86400,parentSchema:schema11.properties.targets.items.properties.retry.properties.longestSeconds,data:data65};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if(data65 < 1 || isNaN(data65)){
const err141 = {instancePath:instancePath+"/targets/" + i4+"/retry/longestSeconds",schemaPath:"#/properties/targets/items/properties/retry/properties/longestSeconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.targets.items.properties.retry.properties.longestSeconds,data:data65};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
}
}
else {
const err142 = {instancePath:instancePath+"/targets/" + i4+"/retry",schemaPath:"#/properties/targets/items/properties/retry/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.retry.type,parentSchema:schema11.properties.targets.items.properties.retry,data:data62};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
if(data40.ordered !== undefined){
let data66 = data40.ordered;
if(typeof data66 !== "string"){
const err143 = {instancePath:instancePath+"/targets/" + i4+"/ordered",schemaPath:"#/properties/targets/items/properties/ordered/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.ordered.type,parentSchema:schema11.properties.targets.items.properties.ordered,data:data66};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
if(!((data66 === "all") || (data66 === "key"))){
const err144 = {instancePath:instancePath+"/targets/" + i4+"/ordered",schemaPath:"#/properties/targets/items/properties/ordered/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.ordered.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.ordered.enum,parentSchema:schema11.properties.targets.items.properties.ordered,data:data66};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
if(data40.reply !== undefined){
let data67 = data40.reply;
if(data67 && typeof data67 == "object" && !Array.isArray(data67)){
if(data67.topic === undefined){
const err145 = {instancePath:instancePath+"/targets/" + i4+"/reply",schemaPath:"#/properties/targets/items/properties/reply/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.targets.items.properties.reply.required,parentSchema:schema11.properties.targets.items.properties.reply,data:data67};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
for(const key14 in data67){
if(!((key14 === "topic") || (key14 === "when"))){
const err146 = {instancePath:instancePath+"/targets/" + i4+"/reply",schemaPath:"#/properties/targets/items/properties/reply/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.reply,data:data67};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
}
if(data67.topic !== undefined){
let data68 = data67.topic;
if(typeof data68 === "string"){
if(!pattern1.test(data68)){
const err147 = {instancePath:instancePath+"/targets/" + i4+"/reply/topic",schemaPath:"#/properties/targets/items/properties/reply/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targets.items.properties.reply.properties.topic,data:data68};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
else {
const err148 = {instancePath:instancePath+"/targets/" + i4+"/reply/topic",schemaPath:"#/properties/targets/items/properties/reply/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.reply.properties.topic.type,parentSchema:schema11.properties.targets.items.properties.reply.properties.topic,data:data68};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
if(data67.when !== undefined){
let data69 = data67.when;
if(Array.isArray(data69)){
if(data69.length < 1){
const err149 = {instancePath:instancePath+"/targets/" + i4+"/reply/when",schemaPath:"#/properties/targets/items/properties/reply/properties/when/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.targets.items.properties.reply.properties.when,data:data69};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
const len6 = data69.length;
for(let i7=0; i7<len6; i7++){
let data70 = data69[i7];
if(typeof data70 !== "string"){
const err150 = {instancePath:instancePath+"/targets/" + i4+"/reply/when/" + i7,schemaPath:"#/properties/targets/items/properties/reply/properties/when/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.reply.properties.when.items.type,parentSchema:schema11.properties.targets.items.properties.reply.properties.when.items,data:data70};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
if(!((data70 === "onSuccess") || (data70 === "onError"))){
const err151 = {instancePath:instancePath+"/targets/" + i4+"/reply/when/" + i7,schemaPath:"#/properties/targets/items/properties/reply/properties/when/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.targets.items.properties.reply.properties.when.items.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targets.items.properties.reply.properties.when.items.enum,parentSchema:schema11.properties.targets.items.properties.reply.properties.when.items,data:data70};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
let i8 = data69.length;
let j1;
if(i8 > 1){
const indices1 = {};
for(;i8--;){
let item1 = data69[i8];
if(typeof item1 !== "string"){
continue;
}
if(typeof indices1[item1] == "number"){
j1 = indices1[item1];
const err152 = {instancePath:instancePath+"/targets/" + i4+"/reply/when",schemaPath:"#/properties/targets/items/properties/reply/properties/when/uniqueItems",keyword:"uniqueItems",params:{i: i8, j: j1},message:"must NOT have duplicate items (items ## "+j1+" and "+i8+" are identical)",schema:true,parentSchema:schema11.properties.targets.items.properties.reply.properties.when,data:data69};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
break;
}
indices1[item1] = i8;
}
}
}
else {
const err153 = {instancePath:instancePath+"/targets/" + i4+"/reply/when",schemaPath:"#/properties/targets/items/properties/reply/properties/when/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.targets.items.properties.reply.properties.when.type,parentSchema:schema11.properties.targets.items.properties.reply.properties.when,data:data69};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
}
else {
const err154 = {instancePath:instancePath+"/targets/" + i4+"/reply",schemaPath:"#/properties/targets/items/properties/reply/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.reply.type,parentSchema:schema11.properties.targets.items.properties.reply,data:data67};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data40.deadLetter !== undefined){
let data71 = data40.deadLetter;
if(data71 && typeof data71 == "object" && !Array.isArray(data71)){
if(data71.topic === undefined){
const err155 = {instancePath:instancePath+"/targets/" + i4+"/deadLetter",schemaPath:"#/properties/targets/items/properties/deadLetter/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.targets.items.properties.deadLetter.required,parentSchema:schema11.properties.targets.items.properties.deadLetter,data:data71};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
for(const key15 in data71){
if(!(key15 === "topic")){
const err156 = {instancePath:instancePath+"/targets/" + i4+"/deadLetter",schemaPath:"#/properties/targets/items/properties/deadLetter/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key15},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targets.items.properties.deadLetter,data:data71};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
}
if(data71.topic !== undefined){
let data72 = data71.topic;
if(typeof data72 === "string"){
if(!pattern1.test(data72)){
const err157 = {instancePath:instancePath+"/targets/" + i4+"/deadLetter/topic",schemaPath:"#/properties/targets/items/properties/deadLetter/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targets.items.properties.deadLetter.properties.topic,data:data72};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
else {
const err158 = {instancePath:instancePath+"/targets/" + i4+"/deadLetter/topic",schemaPath:"#/properties/targets/items/properties/deadLetter/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targets.items.properties.deadLetter.properties.topic.type,parentSchema:schema11.properties.targets.items.properties.deadLetter.properties.topic,data:data72};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
}
else {
const err159 = {instancePath:instancePath+"/targets/" + i4+"/deadLetter",schemaPath:"#/properties/targets/items/properties/deadLetter/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.properties.deadLetter.type,parentSchema:schema11.properties.targets.items.properties.deadLetter,data:data71};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
}
}
else {
const err160 = {instancePath:instancePath+"/targets/" + i4,schemaPath:"#/properties/targets/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targets.items.type,parentSchema:schema11.properties.targets.items,data:data40};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
}
else {
const err161 = {instancePath:instancePath+"/targets",schemaPath:"#/properties/targets/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.targets.type,parentSchema:schema11.properties.targets,data:data39};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
if(data.deadline !== undefined){
let data73 = data.deadline;
if(data73 && typeof data73 == "object" && !Array.isArray(data73)){
if(data73.then === undefined){
data73.then = "publish";
}
for(const key16 in data73){
if(!(((((key16 === "seconds") || (key16 === "from")) || (key16 === "at")) || (key16 === "timeZone")) || (key16 === "then"))){
const err162 = {instancePath:instancePath+"/deadline",schemaPath:"#/properties/deadline/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.deadline,data:data73};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
if(data73.seconds !== undefined){
let data74 = data73.seconds;
if(!(((typeof data74 == "number") && (!(data74 % 1) && !isNaN(data74))) && (isFinite(data74)))){
const err163 = {instancePath:instancePath+"/deadline/seconds",schemaPath:"#/properties/deadline/properties/seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.deadline.properties.seconds.type,parentSchema:schema11.properties.deadline.properties.seconds,data:data74};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
if((typeof data74 == "number") && (isFinite(data74))){
if(data74 < 1 || isNaN(data74)){
const err164 = {instancePath:instancePath+"/deadline/seconds",schemaPath:"#/properties/deadline/properties/seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.deadline.properties.seconds,data:data74};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
}
if(data73.from !== undefined){
let data75 = data73.from;
if(typeof data75 !== "string"){
const err165 = {instancePath:instancePath+"/deadline/from",schemaPath:"#/properties/deadline/properties/from/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.deadline.properties.from.type,parentSchema:schema11.properties.deadline.properties.from,data:data75};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
if(!((data75 === "first") || (data75 === "last"))){
const err166 = {instancePath:instancePath+"/deadline/from",schemaPath:"#/properties/deadline/properties/from/enum",keyword:"enum",params:{allowedValues: schema11.properties.deadline.properties.from.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.deadline.properties.from.enum,parentSchema:schema11.properties.deadline.properties.from,data:data75};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
if(data73.at !== undefined){
let data76 = data73.at;
if(typeof data76 === "string"){
if(!pattern9.test(data76)){
const err167 = {instancePath:instancePath+"/deadline/at",schemaPath:"#/properties/deadline/properties/at/pattern",keyword:"pattern",params:{pattern: "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"},message:"must match pattern \""+"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"+"\"",schema:"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",parentSchema:schema11.properties.deadline.properties.at,data:data76};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
else {
const err168 = {instancePath:instancePath+"/deadline/at",schemaPath:"#/properties/deadline/properties/at/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.deadline.properties.at.type,parentSchema:schema11.properties.deadline.properties.at,data:data76};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
if(data73.timeZone !== undefined){
let data77 = data73.timeZone;
if(typeof data77 === "string"){
if(data77.length < 1){
const err169 = {instancePath:instancePath+"/deadline/timeZone",schemaPath:"#/properties/deadline/properties/timeZone/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.deadline.properties.timeZone,data:data77};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
else {
const err170 = {instancePath:instancePath+"/deadline/timeZone",schemaPath:"#/properties/deadline/properties/timeZone/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.deadline.properties.timeZone.type,parentSchema:schema11.properties.deadline.properties.timeZone,data:data77};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
let data78 = data73.then;
if(typeof data78 !== "string"){
const err171 = {instancePath:instancePath+"/deadline/then",schemaPath:"#/properties/deadline/properties/then/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.deadline.properties.then.type,parentSchema:schema11.properties.deadline.properties.then,data:data78};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
if(!(((data78 === "publish") || (data78 === "discard")) || (data78 === "deadLetter"))){
const err172 = {instancePath:instancePath+"/deadline/then",schemaPath:"#/properties/deadline/properties/then/enum",keyword:"enum",params:{allowedValues: schema11.properties.deadline.properties.then.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.deadline.properties.then.enum,parentSchema:schema11.properties.deadline.properties.then,data:data78};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
}
else {
const err173 = {instancePath:instancePath+"/deadline",schemaPath:"#/properties/deadline/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.deadline.type,parentSchema:schema11.properties.deadline,data:data73};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data.deadLetterPubSub !== undefined){
let data79 = data.deadLetterPubSub;
if(data79 && typeof data79 == "object" && !Array.isArray(data79)){
if(data79.topic === undefined){
const err174 = {instancePath:instancePath+"/deadLetterPubSub",schemaPath:"#/properties/deadLetterPubSub/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.deadLetterPubSub.required,parentSchema:schema11.properties.deadLetterPubSub,data:data79};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
for(const key17 in data79){
if(!(key17 === "topic")){
const err175 = {instancePath:instancePath+"/deadLetterPubSub",schemaPath:"#/properties/deadLetterPubSub/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.deadLetterPubSub,data:data79};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
if(data79.topic !== undefined){
let data80 = data79.topic;
if(typeof data80 === "string"){
if(!pattern1.test(data80)){
const err176 = {instancePath:instancePath+"/deadLetterPubSub/topic",schemaPath:"#/properties/deadLetterPubSub/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.deadLetterPubSub.properties.topic,data:data80};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
else {
const err177 = {instancePath:instancePath+"/deadLetterPubSub/topic",schemaPath:"#/properties/deadLetterPubSub/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.deadLetterPubSub.properties.topic.type,parentSchema:schema11.properties.deadLetterPubSub.properties.topic,data:data80};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
}
}
else {
const err178 = {instancePath:instancePath+"/deadLetterPubSub",schemaPath:"#/properties/deadLetterPubSub/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.deadLetterPubSub.type,parentSchema:schema11.properties.deadLetterPubSub,data:data79};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
if(data.receipts !== undefined){
let data81 = data.receipts;
if(data81 && typeof data81 == "object" && !Array.isArray(data81)){
if(data81.subscriptions === undefined){
const err179 = {instancePath:instancePath+"/receipts",schemaPath:"#/properties/receipts/required",keyword:"required",params:{missingProperty: "subscriptions"},message:"must have required property '"+"subscriptions"+"'",schema:schema11.properties.receipts.required,parentSchema:schema11.properties.receipts,data:data81};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
for(const key18 in data81){
if(!(key18 === "subscriptions")){
const err180 = {instancePath:instancePath+"/receipts",schemaPath:"#/properties/receipts/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.receipts,data:data81};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
if(data81.subscriptions !== undefined){
let data82 = data81.subscriptions;
if(Array.isArray(data82)){
if(data82.length > 20){
const err181 = {instancePath:instancePath+"/receipts/subscriptions",schemaPath:"#/properties/receipts/properties/subscriptions/maxItems",keyword:"maxItems",params:{limit: 20},message:"must NOT have more than 20 items",schema:20,parentSchema:schema11.properties.receipts.properties.subscriptions,data:data82};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
if(data82.length < 1){
const err182 = {instancePath:instancePath+"/receipts/subscriptions",schemaPath:"#/properties/receipts/properties/subscriptions/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.receipts.properties.subscriptions,data:data82};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
const len7 = data82.length;
for(let i9=0; i9<len7; i9++){
let data83 = data82[i9];
if(typeof data83 === "string"){
if(!pattern11.test(data83)){
const err183 = {instancePath:instancePath+"/receipts/subscriptions/" + i9,schemaPath:"#/properties/receipts/properties/subscriptions/items/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$"},message:"must match pattern \""+"^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$"+"\"",schema:"^[A-Za-z][A-Za-z0-9_.~+%-]{0,254}$",parentSchema:schema11.properties.receipts.properties.subscriptions.items,data:data83};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
else {
const err184 = {instancePath:instancePath+"/receipts/subscriptions/" + i9,schemaPath:"#/properties/receipts/properties/subscriptions/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.receipts.properties.subscriptions.items.type,parentSchema:schema11.properties.receipts.properties.subscriptions.items,data:data83};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
else {
const err185 = {instancePath:instancePath+"/receipts/subscriptions",schemaPath:"#/properties/receipts/properties/subscriptions/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.receipts.properties.subscriptions.type,parentSchema:schema11.properties.receipts.properties.subscriptions,data:data82};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
}
else {
const err186 = {instancePath:instancePath+"/receipts",schemaPath:"#/properties/receipts/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.receipts.type,parentSchema:schema11.properties.receipts,data:data81};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
let data84 = data.retentionPeriod;
if(!(((typeof data84 == "number") && (!(data84 % 1) && !isNaN(data84))) && (isFinite(data84)))){
const err187 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.retentionPeriod.type,parentSchema:schema11.properties.retentionPeriod,data:data84};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
if((typeof data84 == "number") && (isFinite(data84))){
if(data84 < 1 || isNaN(data84)){
const err188 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.retentionPeriod,data:data84};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
}
if(data.cors !== undefined){
let data85 = data.cors;
if(data85 && typeof data85 == "object" && !Array.isArray(data85)){
if(data85.origins === undefined){
const err189 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/required",keyword:"required",params:{missingProperty: "origins"},message:"must have required property '"+"origins"+"'",schema:schema11.properties.cors.required,parentSchema:schema11.properties.cors,data:data85};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
for(const key19 in data85){
if(!(key19 === "origins")){
const err190 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key19},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.cors,data:data85};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
if(data85.origins !== undefined){
let data86 = data85.origins;
if(Array.isArray(data86)){
if(data86.length < 1){
const err191 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.cors.properties.origins,data:data86};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
const len8 = data86.length;
for(let i10=0; i10<len8; i10++){
let data87 = data86[i10];
if(typeof data87 !== "string"){
const err192 = {instancePath:instancePath+"/cors/origins/" + i10,schemaPath:"#/properties/cors/properties/origins/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.cors.properties.origins.items.type,parentSchema:schema11.properties.cors.properties.origins.items,data:data87};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
}
}
else {
const err193 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.cors.properties.origins.type,parentSchema:schema11.properties.cors.properties.origins,data:data86};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
}
else {
const err194 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.cors.type,parentSchema:schema11.properties.cors,data:data85};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
}
else {
const err195 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
