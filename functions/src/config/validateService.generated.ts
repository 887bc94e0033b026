// Made by tools/compileSchema.ts from schema.ts. Do not edit: run npm run schema.
// @ts-nocheck
"use strict";
export const validate = validate10;
export default validate10;
const schema11 = {"type":"object","expected":"an object","additionalProperties":false,"required":["serviceName","endpoints","trigger","targetPubSub"],"properties":{"$schema":{"type":"string","expected":"text","description":"Where an editor finds the schema of a configuration: `docs/configuration.schema.json`. EventSync itself does not read it.","examples":["./docs/configuration.schema.json"]},"serviceName":{"type":"string","minLength":1,"expected":"a non-empty string without “/” and control characters, not “.”, “..” or “__…__”, of at most 1000 bytes","description":"Name of the service: in messages and attributes, and the id of its Firestore document. Unique in the configuration.","examples":["orders"]},"endpoints":{"type":"array","minItems":1,"expected":"a list of at least 1 endpoint","description":"The events that must come together. A service with one endpoint relays each event that satisfies it.","examples":[[{"eventKey":"order"},{"eventKey":"payment"}]],"items":{"type":"object","expected":"an object with “eventKey”","additionalProperties":false,"required":["eventKey"],"properties":{"eventKey":{"type":"string","minLength":1,"expected":"a non-empty string of at most 1000 bytes that a path can hold: no leading or trailing “/”, no empty, “.” or “..” segment","description":"Path of the endpoint: `/event/<eventKey>`. Unique in the service.","examples":["payment"]},"acceptedHttpMethods":{"type":"array","expected":"a list of HTTP methods","description":"HTTP methods that are events, in any letter case. HEAD, OPTIONS and TRACE are events only where they are listed. CONNECT can never arrive, nor TRACE on Cloud Run, whose front end refuses it; both are accepted here. Empty means the default.","default":["GET","POST","PUT","PATCH","DELETE"],"examples":[["POST"]],"items":{"type":"string","enum":["GET","POST","PUT","PATCH","DELETE","HEAD","OPTIONS","TRACE","CONNECT"],"expected":"one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE, CONNECT"}},"eventToSend":{"type":"string","enum":["ALL","FIRST","LAST","BOUNDARIES"],"expected":"one of ALL, FIRST, LAST, BOUNDARIES","description":"Which events of this endpoint the message holds: all, the oldest, the newest, or both. Counts and dates always cover all. Empty means the default.","default":"ALL","examples":["LAST"]},"minNbOfOccurrence":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000 (0 means the default)","description":"How many events of this endpoint the window needs, unless `condition` says otherwise. 0 means the default. At most 10,000 over all endpoints that are needed together; fewer if names are very long.","default":1,"examples":[3]},"keepHeaders":{"type":"array","expected":"a list of header names","description":"Headers that are stored and published as they are although they usually hold credentials, such as `Authorization`, in any letter case. All others of that kind are redacted.","default":[],"examples":[["Authorization"]],"items":{"type":"string","pattern":"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$","expected":"a header name: letters, digits and any of !#$%&'*+-.^_`|~"}},"redactQueryParams":{"type":"array","expected":"a list of names of query parameters","description":"Query parameters whose values are redacted, besides those whose name says that they hold a credential, as for headers (`key` alone does not): in any letter case, compared by letters and digits. A list of your own replaces the default; an empty one redacts none.","default":["access_token","api_key","auth_token","client_secret","id_token","jwt","password","refresh_token","secret","token"],"items":{"type":"string","minLength":1,"expected":"the name of a query parameter"},"examples":[["api_key","session"]]},"schema":{"type":"object","expected":"a JSON Schema","description":"JSON Schema (2020-12; with `$schema` also 2019-09 or draft-07) for the body, of a CloudEvent for its data. What does not satisfy it is answered with 422 and is not stored. See [Schemas and filters](#schemas-and-filters).","examples":[{"type":"object","required":["orderId"],"properties":{"orderId":{"type":"string","pattern":"^[A-Z]{2}[0-9]+$"}}}]},"filter":{"type":"string","minLength":1,"expected":"an expression in CEL that is true or false","description":"Expression in [CEL](https://cel.dev) over `method`, `path`, `headers`, `query`, `body` and `attributes`. An event for which it is not true is stored, marked as `ignored`, and does not count. See [Schemas and filters](#schemas-and-filters).","examples":["body.status == \"paid\" && body.amount > 100.0"]}}}},"trigger":{"type":"object","expected":"an object with “type” and “observationPeriod”","additionalProperties":false,"required":["type","observationPeriod"],"description":"When a sync message is generated.","examples":[{"type":"window","observationPeriod":3600}],"properties":{"type":{"type":"string","enum":["window","none"],"expected":"“window” (by itself, when the window is complete) or “none” (only by manual trigger)","description":"`window`: by itself, when the window is complete. `none`: only by manual trigger.","examples":["window"]},"observationPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least 1","description":"Seconds in the past, from now, in which events count.","examples":[3600]},"keepEventAfterTrigger":{"type":"boolean","expected":"true or false","description":"`false`: an event is in exactly one sync. `true`: events keep counting until they leave the window, and each new event that completes it makes another sync.","default":false,"examples":[true]}}},"condition":{"$ref":"#/definitions/condition","description":"What completes the window. An endpoint by its key (it needs its `minNbOfOccurrence`), or as `{\"endpoint\": …, \"min\": …}`; `all`, `any` or `atLeast` over a list of conditions, at most 8 deep inside one another and 1000 together. An endpoint that it does not name is optional: its events join the sync if they are there. Not set: every endpoint. With `\"type\": \"none\"` it only decides what a message calls complete.","examples":[{"all":["orders",{"atLeast":{"n":2,"of":["stock","payments","credit"]}}]}]},"targetPubSub":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"Where the sync message goes.","examples":[{"topic":"projects/my-project/topics/my-topic"}],"properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist.","examples":["projects/my-project/topics/my-topic"]},"format":{"type":"string","enum":["message","cloudevents"],"expected":"one of message, cloudevents","description":"`message` (where it is not set): the message alone. `cloudevents`: the same data as a CloudEvent 1.0 in binary mode, with its attributes as `ce-…` attributes of the Pub/Sub message.","examples":["cloudevents"]},"orderingKey":{"type":"string","enum":["none","key"],"expected":"one of none, key","description":"`key`: the correlation key is the ordering key of the Pub/Sub message; `none` where it is not set.","examples":["key"]}}},"retentionPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least the observation period plus one day (86400)","description":"Seconds after receipt for which events and syncs stay readable in Firestore (TTL); longer while their sync is not published. At least the observation period plus one day (86400), so that no event expires before its message is out. Where it is not set and the observation period is longer than six days, the default is that minimum.","default":604800,"examples":[1209600]},"cors":{"type":"object","expected":"an object with “origins”","additionalProperties":false,"required":["origins"],"description":"Lets browsers call the functions. Without it no CORS header is sent. A preflight is answered, and is never an event.","examples":[{"origins":["https://example.com"]}],"properties":{"origins":{"type":"array","minItems":1,"expected":"a list of at least 1 origin","description":"Origins that may call, such as `https://example.com`, or `*` for any.","examples":[["https://example.com"]],"items":{"type":"string","expected":"“*” or an origin as browsers send it, such as https://example.com: lower case, no path, no user, no wildcard"}}}}},"definitions":{"condition":{"type":["string","object"],"minLength":1,"additionalProperties":false,"oneOf":[{"type":"string"},{"type":"object","required":["endpoint"]},{"type":"object","required":["all"]},{"type":"object","required":["any"]},{"type":"object","required":["atLeast"]}],"expected":"the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”","properties":{"all":{"$ref":"#/definitions/conditions"},"any":{"$ref":"#/definitions/conditions"},"atLeast":{"type":"object","additionalProperties":false,"required":["n","of"],"expected":"an object with “n” and “of”","properties":{"n":{"type":"integer","minimum":1,"expected":"a whole number, at least 1"},"of":{"$ref":"#/definitions/conditions"}}},"endpoint":{"type":"string","minLength":1,"expected":"the key of an endpoint"},"min":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000"}},"dependencies":{"min":["endpoint"]}},"conditions":{"type":"array","minItems":1,"maxItems":1000,"expected":"a list of 1 to 1000 conditions","items":{"$ref":"#/definitions/condition"}}}};
const pattern0 = new RegExp("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", "u");
const pattern1 = new RegExp("^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$", "u");
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
if(data.targetPubSub === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "targetPubSub"},message:"must have required property '"+"targetPubSub"+"'",schema:schema11.required,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!((((((((key0 === "$schema") || (key0 === "serviceName")) || (key0 === "endpoints")) || (key0 === "trigger")) || (key0 === "condition")) || (key0 === "targetPubSub")) || (key0 === "retentionPeriod")) || (key0 === "cors"))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.$schema !== undefined){
let data0 = data.$schema;
if(typeof data0 !== "string"){
const err5 = {instancePath:instancePath+"/$schema",schemaPath:"#/properties/%24schema/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.$schema.type,parentSchema:schema11.properties.$schema,data:data0};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.serviceName !== undefined){
let data1 = data.serviceName;
if(typeof data1 === "string"){
if(data1.length < 1){
const err6 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.serviceName,data:data1};
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
const err7 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.serviceName.type,parentSchema:schema11.properties.serviceName,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.endpoints !== undefined){
let data2 = data.endpoints;
if(Array.isArray(data2)){
if(data2.length < 1){
const err8 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.endpoints,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
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
const err9 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/required",keyword:"required",params:{missingProperty: "eventKey"},message:"must have required property '"+"eventKey"+"'",schema:schema11.properties.endpoints.items.required,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
for(const key1 in data3){
if(!((((((((key1 === "eventKey") || (key1 === "acceptedHttpMethods")) || (key1 === "eventToSend")) || (key1 === "minNbOfOccurrence")) || (key1 === "keepHeaders")) || (key1 === "redactQueryParams")) || (key1 === "schema")) || (key1 === "filter"))){
const err10 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data3.eventKey !== undefined){
let data4 = data3.eventKey;
if(typeof data4 === "string"){
if(data4.length < 1){
const err11 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data4};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
else {
const err12 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventKey.type,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data4};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
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
const err13 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data6};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(!(((((((((data6 === "GET") || (data6 === "POST")) || (data6 === "PUT")) || (data6 === "PATCH")) || (data6 === "DELETE")) || (data6 === "HEAD")) || (data6 === "OPTIONS")) || (data6 === "TRACE")) || (data6 === "CONNECT"))){
const err14 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data6};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods",schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods,data:data5};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
let data7 = data3.eventToSend;
if(typeof data7 !== "string"){
const err16 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventToSend.type,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data7};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if(!((((data7 === "ALL") || (data7 === "FIRST")) || (data7 === "LAST")) || (data7 === "BOUNDARIES"))){
const err17 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.eventToSend.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.eventToSend.enum,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data7};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
let data8 = data3.minNbOfOccurrence;
if(!(((typeof data8 == "number") && (!(data8 % 1) && !isNaN(data8))) && (isFinite(data8)))){
const err18 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.endpoints.items.properties.minNbOfOccurrence.type,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data8 == "number") && (isFinite(data8))){
if(data8 > 10000 || isNaN(data8)){
const err19 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data8 < 1 || isNaN(data8)){
const err20 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data8};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
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
const err21 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/pattern",keyword:"pattern",params:{pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"},message:"must match pattern \""+"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"+"\"",schema:"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data10};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.keepHeaders.items.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data10};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders",schemaPath:"#/properties/endpoints/items/properties/keepHeaders/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.keepHeaders.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders,data:data9};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
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
const err24 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data12};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.redactQueryParams.items.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data12};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
}
else {
const err26 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams",schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.redactQueryParams.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams,data:data11};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data3.schema !== undefined){
let data13 = data3.schema;
if(!(data13 && typeof data13 == "object" && !Array.isArray(data13))){
const err27 = {instancePath:instancePath+"/endpoints/" + i0+"/schema",schemaPath:"#/properties/endpoints/items/properties/schema/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.properties.schema.type,parentSchema:schema11.properties.endpoints.items.properties.schema,data:data13};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data3.filter !== undefined){
let data14 = data3.filter;
if(typeof data14 === "string"){
if(data14.length < 1){
const err28 = {instancePath:instancePath+"/endpoints/" + i0+"/filter",schemaPath:"#/properties/endpoints/items/properties/filter/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.filter,data:data14};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
else {
const err29 = {instancePath:instancePath+"/endpoints/" + i0+"/filter",schemaPath:"#/properties/endpoints/items/properties/filter/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.filter.type,parentSchema:schema11.properties.endpoints.items.properties.filter,data:data14};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
}
}
else {
const err30 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.type,parentSchema:schema11.properties.endpoints.items,data:data3};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
}
else {
const err31 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.type,parentSchema:schema11.properties.endpoints,data:data2};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data.trigger !== undefined){
let data15 = data.trigger;
if(data15 && typeof data15 == "object" && !Array.isArray(data15)){
if(data15.keepEventAfterTrigger === undefined){
data15.keepEventAfterTrigger = false;
}
if(data15.type === undefined){
const err32 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data15};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data15.observationPeriod === undefined){
const err33 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "observationPeriod"},message:"must have required property '"+"observationPeriod"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data15};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
for(const key2 in data15){
if(!(((key2 === "type") || (key2 === "observationPeriod")) || (key2 === "keepEventAfterTrigger"))){
const err34 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.trigger,data:data15};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
if(data15.type !== undefined){
let data16 = data15.type;
if(typeof data16 !== "string"){
const err35 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.trigger.properties.type.type,parentSchema:schema11.properties.trigger.properties.type,data:data16};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(!((data16 === "window") || (data16 === "none"))){
const err36 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.trigger.properties.type.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.trigger.properties.type.enum,parentSchema:schema11.properties.trigger.properties.type,data:data16};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
if(data15.observationPeriod !== undefined){
let data17 = data15.observationPeriod;
if(!(((typeof data17 == "number") && (!(data17 % 1) && !isNaN(data17))) && (isFinite(data17)))){
const err37 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.trigger.properties.observationPeriod.type,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data17};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
if((typeof data17 == "number") && (isFinite(data17))){
if(data17 < 1 || isNaN(data17)){
const err38 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data17};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
}
let data18 = data15.keepEventAfterTrigger;
if(typeof data18 !== "boolean"){
const err39 = {instancePath:instancePath+"/trigger/keepEventAfterTrigger",schemaPath:"#/properties/trigger/properties/keepEventAfterTrigger/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.trigger.properties.keepEventAfterTrigger.type,parentSchema:schema11.properties.trigger.properties.keepEventAfterTrigger,data:data18};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.trigger.type,parentSchema:schema11.properties.trigger,data:data15};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
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
let data20 = data.targetPubSub;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.topic === undefined){
const err41 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.targetPubSub.required,parentSchema:schema11.properties.targetPubSub,data:data20};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
for(const key3 in data20){
if(!(((key3 === "topic") || (key3 === "format")) || (key3 === "orderingKey"))){
const err42 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targetPubSub,data:data20};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data20.topic !== undefined){
let data21 = data20.topic;
if(typeof data21 === "string"){
if(!pattern1.test(data21)){
const err43 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targetPubSub.properties.topic,data:data21};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
else {
const err44 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.topic.type,parentSchema:schema11.properties.targetPubSub.properties.topic,data:data21};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data20.format !== undefined){
let data22 = data20.format;
if(typeof data22 !== "string"){
const err45 = {instancePath:instancePath+"/targetPubSub/format",schemaPath:"#/properties/targetPubSub/properties/format/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.format.type,parentSchema:schema11.properties.targetPubSub.properties.format,data:data22};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
if(!((data22 === "message") || (data22 === "cloudevents"))){
const err46 = {instancePath:instancePath+"/targetPubSub/format",schemaPath:"#/properties/targetPubSub/properties/format/enum",keyword:"enum",params:{allowedValues: schema11.properties.targetPubSub.properties.format.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targetPubSub.properties.format.enum,parentSchema:schema11.properties.targetPubSub.properties.format,data:data22};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data20.orderingKey !== undefined){
let data23 = data20.orderingKey;
if(typeof data23 !== "string"){
const err47 = {instancePath:instancePath+"/targetPubSub/orderingKey",schemaPath:"#/properties/targetPubSub/properties/orderingKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.orderingKey.type,parentSchema:schema11.properties.targetPubSub.properties.orderingKey,data:data23};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
if(!((data23 === "none") || (data23 === "key"))){
const err48 = {instancePath:instancePath+"/targetPubSub/orderingKey",schemaPath:"#/properties/targetPubSub/properties/orderingKey/enum",keyword:"enum",params:{allowedValues: schema11.properties.targetPubSub.properties.orderingKey.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.targetPubSub.properties.orderingKey.enum,parentSchema:schema11.properties.targetPubSub.properties.orderingKey,data:data23};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
}
else {
const err49 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targetPubSub.type,parentSchema:schema11.properties.targetPubSub,data:data20};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
let data24 = data.retentionPeriod;
if(!(((typeof data24 == "number") && (!(data24 % 1) && !isNaN(data24))) && (isFinite(data24)))){
const err50 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.retentionPeriod.type,parentSchema:schema11.properties.retentionPeriod,data:data24};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
if((typeof data24 == "number") && (isFinite(data24))){
if(data24 < 1 || isNaN(data24)){
const err51 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.retentionPeriod,data:data24};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data.cors !== undefined){
let data25 = data.cors;
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
if(data25.origins === undefined){
const err52 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/required",keyword:"required",params:{missingProperty: "origins"},message:"must have required property '"+"origins"+"'",schema:schema11.properties.cors.required,parentSchema:schema11.properties.cors,data:data25};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
for(const key4 in data25){
if(!(key4 === "origins")){
const err53 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.cors,data:data25};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data25.origins !== undefined){
let data26 = data25.origins;
if(Array.isArray(data26)){
if(data26.length < 1){
const err54 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.cors.properties.origins,data:data26};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
const len4 = data26.length;
for(let i4=0; i4<len4; i4++){
let data27 = data26[i4];
if(typeof data27 !== "string"){
const err55 = {instancePath:instancePath+"/cors/origins/" + i4,schemaPath:"#/properties/cors/properties/origins/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.cors.properties.origins.items.type,parentSchema:schema11.properties.cors.properties.origins.items,data:data27};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
}
else {
const err56 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.cors.properties.origins.type,parentSchema:schema11.properties.cors.properties.origins,data:data26};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
}
else {
const err57 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.cors.type,parentSchema:schema11.properties.cors,data:data25};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
else {
const err58 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
