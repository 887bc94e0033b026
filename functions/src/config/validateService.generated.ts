// Made by tools/compileSchema.ts from schema.ts. Do not edit: run npm run schema.
// @ts-nocheck
"use strict";
export const validate = validate10;
export default validate10;
const schema11 = {"type":"object","expected":"an object","additionalProperties":false,"required":["serviceName","endpoints","trigger","targetPubSub"],"properties":{"serviceName":{"type":"string","minLength":1,"expected":"a non-empty string without “/” and control characters, not “.”, “..” or “__…__”, of at most 1000 bytes","description":"Name of the service: in messages and attributes, and the id of its Firestore document. Unique in the configuration."},"endpoints":{"type":"array","minItems":1,"expected":"a list of at least 1 endpoint","description":"The events that must come together. A service with one endpoint relays each event that satisfies it.","items":{"type":"object","expected":"an object with “eventKey”","additionalProperties":false,"required":["eventKey"],"properties":{"eventKey":{"type":"string","minLength":1,"expected":"a non-empty string of at most 1000 bytes that a path can hold: no leading or trailing “/”, no empty, “.” or “..” segment","description":"Path of the endpoint: `/event/<eventKey>`. Unique in the service."},"acceptedHttpMethods":{"type":"array","expected":"a list of HTTP methods","description":"HTTP methods that are events, in any letter case. HEAD, OPTIONS and TRACE are events only where they are listed; CONNECT is accepted here but can never arrive. Empty means the default.","default":["GET","POST","PUT","PATCH","DELETE"],"items":{"type":"string","enum":["GET","POST","PUT","PATCH","DELETE","HEAD","OPTIONS","TRACE","CONNECT"],"expected":"one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, TRACE, CONNECT"}},"eventToSend":{"type":"string","enum":["ALL","FIRST","LAST","BOUNDARIES"],"expected":"one of ALL, FIRST, LAST, BOUNDARIES","description":"Which events of this endpoint the message holds: all, the oldest, the newest, or both. Counts and dates always cover all. Empty means the default.","default":"ALL"},"minNbOfOccurrence":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000 (0 means the default)","description":"How many events of this endpoint the window needs. 0 means the default. Over all endpoints of a service at most 10,000; fewer if names are very long.","default":1},"keepHeaders":{"type":"array","expected":"a list of header names","description":"Headers that are stored and published as they are although they usually hold credentials, such as `Authorization`, in any letter case. All others of that kind are redacted.","default":[],"items":{"type":"string","minLength":1,"expected":"a header name"}},"redactQueryParams":{"type":"array","expected":"a list of names of query parameters","description":"Query parameters whose values are redacted, besides those whose name says that they hold a credential, as for headers (`key` alone does not): in any letter case, compared by letters and digits. A list of your own replaces the default; an empty one redacts none.","default":["access_token","api_key","auth_token","client_secret","id_token","jwt","password","refresh_token","secret","token"],"items":{"type":"string","minLength":1,"expected":"the name of a query parameter"}}}}},"trigger":{"type":"object","expected":"an object with “type” and “observationPeriod”","additionalProperties":false,"required":["type","observationPeriod"],"description":"When a sync message is generated.","properties":{"type":{"type":"string","enum":["window","none"],"expected":"“window” (by itself, when every endpoint has its events) or “none” (only by manual trigger)","description":"`window`: by itself, when every endpoint has its events. `none`: only by manual trigger."},"observationPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least 1","description":"Seconds in the past, from now, in which events count."},"keepEventAfterTrigger":{"type":"boolean","expected":"true or false","description":"`false`: an event is in exactly one sync. `true`: events keep counting until they leave the window, and each new event that completes it makes another sync.","default":false}}},"condition":{"$ref":"#/definitions/condition","description":"What completes the window. An endpoint by its key (it needs its `minNbOfOccurrence`), or as `{\"endpoint\": …, \"min\": …}`; `all`, `any` or `atLeast` over a list of conditions, at most 8 deep inside one another and 1000 together. An endpoint that it does not name is optional: its events join the sync if they are there. Not set: every endpoint. With `\"type\": \"none\"` it only decides what a message calls complete.","examples":[{"all":["orders",{"atLeast":{"n":2,"of":["stock","payments","credit"]}}]}]},"targetPubSub":{"type":"object","expected":"an object with “topic”","additionalProperties":false,"required":["topic"],"description":"Where the sync message goes.","properties":{"topic":{"type":"string","pattern":"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$","expected":"the full name of a topic, such as projects/my-project/topics/my-topic","description":"Fully qualified Pub/Sub topic, `projects/<ProjectID>/topics/<TopicName>`. It must exist."}}},"retentionPeriod":{"type":"integer","minimum":1,"expected":"a whole number of seconds, at least the observation period plus one day (86400)","description":"Seconds after receipt for which events and syncs stay readable in Firestore (TTL); longer while their sync is not published. At least the observation period plus one day (86400), so that no event expires before its message is out. Where it is not set and the observation period is longer than six days, the default is that minimum.","default":604800},"cors":{"type":"object","expected":"an object with “origins”","additionalProperties":false,"required":["origins"],"description":"Lets browsers call the functions. Without it no CORS header is sent. A preflight is answered, and is never an event.","properties":{"origins":{"type":"array","minItems":1,"expected":"a list of at least 1 origin","description":"Origins that may call, such as `https://example.com`, or `*` for any.","items":{"type":"string","expected":"“*” or an origin as browsers send it, such as https://example.com: lower case, no path, no user, no wildcard"}}}}},"definitions":{"condition":{"type":["string","object"],"minLength":1,"additionalProperties":false,"oneOf":[{"type":"string"},{"required":["endpoint"]},{"required":["all"]},{"required":["any"]},{"required":["atLeast"]}],"expected":"the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”","properties":{"all":{"$ref":"#/definitions/conditions"},"any":{"$ref":"#/definitions/conditions"},"atLeast":{"type":"object","additionalProperties":false,"required":["n","of"],"expected":"an object with “n” and “of”","properties":{"n":{"type":"integer","minimum":1,"expected":"a whole number, at least 1"},"of":{"$ref":"#/definitions/conditions"}}},"endpoint":{"type":"string","minLength":1,"expected":"the key of an endpoint"},"min":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000"}},"dependencies":{"min":["endpoint"]}},"conditions":{"type":"array","minItems":1,"maxItems":1000,"expected":"a list of 1 to 1000 conditions","items":{"$ref":"#/definitions/condition"}}}};
const schema12 = {"type":["string","object"],"minLength":1,"additionalProperties":false,"oneOf":[{"type":"string"},{"required":["endpoint"]},{"required":["all"]},{"required":["any"]},{"required":["atLeast"]}],"expected":"the key of an endpoint, or an object with “all”, “any”, “atLeast”, or “endpoint” and perhaps “min”","properties":{"all":{"$ref":"#/definitions/conditions"},"any":{"$ref":"#/definitions/conditions"},"atLeast":{"type":"object","additionalProperties":false,"required":["n","of"],"expected":"an object with “n” and “of”","properties":{"n":{"type":"integer","minimum":1,"expected":"a whole number, at least 1"},"of":{"$ref":"#/definitions/conditions"}}},"endpoint":{"type":"string","minLength":1,"expected":"the key of an endpoint"},"min":{"type":"integer","minimum":1,"maximum":10000,"expected":"a whole number from 1 to 10000"}},"dependencies":{"min":["endpoint"]}};
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
const _errs5 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.all === undefined){
const err3 = {instancePath,schemaPath:"#/oneOf/2/required",keyword:"required",params:{missingProperty: "all"},message:"must have required property '"+"all"+"'",schema:schema12.oneOf[2].required,parentSchema:schema12.oneOf[2],data};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
var _valid0 = _errs5 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 2];
}
else {
if(_valid0){
valid0 = true;
passing0 = 2;
}
const _errs6 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.any === undefined){
const err4 = {instancePath,schemaPath:"#/oneOf/3/required",keyword:"required",params:{missingProperty: "any"},message:"must have required property '"+"any"+"'",schema:schema12.oneOf[3].required,parentSchema:schema12.oneOf[3],data};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
var _valid0 = _errs6 === errors;
if(_valid0 && valid0){
valid0 = false;
passing0 = [passing0, 3];
}
else {
if(_valid0){
valid0 = true;
passing0 = 3;
}
const _errs7 = errors;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.atLeast === undefined){
const err5 = {instancePath,schemaPath:"#/oneOf/4/required",keyword:"required",params:{missingProperty: "atLeast"},message:"must have required property '"+"atLeast"+"'",schema:schema12.oneOf[4].required,parentSchema:schema12.oneOf[4],data};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
var _valid0 = _errs7 === errors;
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
const err6 = {instancePath,schemaPath:"#/oneOf",keyword:"oneOf",params:{passingSchemas: passing0},message:"must match exactly one schema in oneOf",schema:schema12.oneOf,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
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
const err7 = {instancePath,schemaPath:"#/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((key0 === "all") || (key0 === "any")) || (key0 === "atLeast")) || (key0 === "endpoint")) || (key0 === "min"))){
const err8 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties",schema:false,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.min !== undefined){
if(data.endpoint === undefined){
const err9 = {instancePath,schemaPath:"#/dependencies",keyword:"dependencies",params:{property: "min",
    missingProperty: "endpoint",
    depsCount: 1,
    deps: "endpoint"},message:"must have property endpoint when property min is present",schema:schema12.dependencies,parentSchema:schema12,data};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
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
const err10 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/required",keyword:"required",params:{missingProperty: "n"},message:"must have required property '"+"n"+"'",schema:schema12.properties.atLeast.required,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
if(data2.of === undefined){
const err11 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/required",keyword:"required",params:{missingProperty: "of"},message:"must have required property '"+"of"+"'",schema:schema12.properties.atLeast.required,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
for(const key1 in data2){
if(!((key1 === "n") || (key1 === "of"))){
const err12 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data2.n !== undefined){
let data3 = data2.n;
if(!(((typeof data3 == "number") && (!(data3 % 1) && !isNaN(data3))) && (isFinite(data3)))){
const err13 = {instancePath:instancePath+"/atLeast/n",schemaPath:"#/properties/atLeast/properties/n/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema12.properties.atLeast.properties.n.type,parentSchema:schema12.properties.atLeast.properties.n,data:data3};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if((typeof data3 == "number") && (isFinite(data3))){
if(data3 < 1 || isNaN(data3)){
const err14 = {instancePath:instancePath+"/atLeast/n",schemaPath:"#/properties/atLeast/properties/n/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema12.properties.atLeast.properties.n,data:data3};
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
if(data2.of !== undefined){
if(!(validate12(data2.of, {instancePath:instancePath+"/atLeast/of",parentData:data2,parentDataProperty:"of",rootData}))){
vErrors = vErrors === null ? validate12.errors : vErrors.concat(validate12.errors);
errors = vErrors.length;
}
}
}
else {
const err15 = {instancePath:instancePath+"/atLeast",schemaPath:"#/properties/atLeast/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema12.properties.atLeast.type,parentSchema:schema12.properties.atLeast,data:data2};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.endpoint !== undefined){
let data5 = data.endpoint;
if(typeof data5 === "string"){
if(data5.length < 1){
const err16 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema12.properties.endpoint,data:data5};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/endpoint",schemaPath:"#/properties/endpoint/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema12.properties.endpoint.type,parentSchema:schema12.properties.endpoint,data:data5};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.min !== undefined){
let data6 = data.min;
if(!(((typeof data6 == "number") && (!(data6 % 1) && !isNaN(data6))) && (isFinite(data6)))){
const err18 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema12.properties.min.type,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if((typeof data6 == "number") && (isFinite(data6))){
if(data6 > 10000 || isNaN(data6)){
const err19 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if(data6 < 1 || isNaN(data6)){
const err20 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema12.properties.min,data:data6};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
}
validate11.errors = vErrors;
return errors === 0;
}

const pattern0 = new RegExp("^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$", "u");

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
if(!(((((((key0 === "serviceName") || (key0 === "endpoints")) || (key0 === "trigger")) || (key0 === "condition")) || (key0 === "targetPubSub")) || (key0 === "retentionPeriod")) || (key0 === "cors"))){
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
if(data.serviceName !== undefined){
let data0 = data.serviceName;
if(typeof data0 === "string"){
if(data0.length < 1){
const err5 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.serviceName,data:data0};
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
const err6 = {instancePath:instancePath+"/serviceName",schemaPath:"#/properties/serviceName/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.serviceName.type,parentSchema:schema11.properties.serviceName,data:data0};
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
let data1 = data.endpoints;
if(Array.isArray(data1)){
if(data1.length < 1){
const err7 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.endpoints,data:data1};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
const len0 = data1.length;
for(let i0=0; i0<len0; i0++){
let data2 = data1[i0];
if(data2 && typeof data2 == "object" && !Array.isArray(data2)){
if(data2.acceptedHttpMethods === undefined){
data2.acceptedHttpMethods = ["GET","POST","PUT","PATCH","DELETE"];
}
if(data2.eventToSend === undefined){
data2.eventToSend = "ALL";
}
if(data2.minNbOfOccurrence === undefined){
data2.minNbOfOccurrence = 1;
}
if(data2.keepHeaders === undefined){
data2.keepHeaders = [];
}
if(data2.redactQueryParams === undefined){
data2.redactQueryParams = ["access_token","api_key","auth_token","client_secret","id_token","jwt","password","refresh_token","secret","token"];
}
if(data2.eventKey === undefined){
const err8 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/required",keyword:"required",params:{missingProperty: "eventKey"},message:"must have required property '"+"eventKey"+"'",schema:schema11.properties.endpoints.items.required,parentSchema:schema11.properties.endpoints.items,data:data2};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
for(const key1 in data2){
if(!((((((key1 === "eventKey") || (key1 === "acceptedHttpMethods")) || (key1 === "eventToSend")) || (key1 === "minNbOfOccurrence")) || (key1 === "keepHeaders")) || (key1 === "redactQueryParams"))){
const err9 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.endpoints.items,data:data2};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data2.eventKey !== undefined){
let data3 = data2.eventKey;
if(typeof data3 === "string"){
if(data3.length < 1){
const err10 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data3};
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
const err11 = {instancePath:instancePath+"/endpoints/" + i0+"/eventKey",schemaPath:"#/properties/endpoints/items/properties/eventKey/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventKey.type,parentSchema:schema11.properties.endpoints.items.properties.eventKey,data:data3};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
let data4 = data2.acceptedHttpMethods;
if(Array.isArray(data4)){
const len1 = data4.length;
for(let i1=0; i1<len1; i1++){
let data5 = data4[i1];
if(typeof data5 !== "string"){
const err12 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data5};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(!(((((((((data5 === "GET") || (data5 === "POST")) || (data5 === "PUT")) || (data5 === "PATCH")) || (data5 === "DELETE")) || (data5 === "HEAD")) || (data5 === "OPTIONS")) || (data5 === "TRACE")) || (data5 === "CONNECT"))){
const err13 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods/" + i1,schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/items/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items.enum,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.items,data:data5};
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
const err14 = {instancePath:instancePath+"/endpoints/" + i0+"/acceptedHttpMethods",schemaPath:"#/properties/endpoints/items/properties/acceptedHttpMethods/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.acceptedHttpMethods.type,parentSchema:schema11.properties.endpoints.items.properties.acceptedHttpMethods,data:data4};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
let data6 = data2.eventToSend;
if(typeof data6 !== "string"){
const err15 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.eventToSend.type,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data6};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
if(!((((data6 === "ALL") || (data6 === "FIRST")) || (data6 === "LAST")) || (data6 === "BOUNDARIES"))){
const err16 = {instancePath:instancePath+"/endpoints/" + i0+"/eventToSend",schemaPath:"#/properties/endpoints/items/properties/eventToSend/enum",keyword:"enum",params:{allowedValues: schema11.properties.endpoints.items.properties.eventToSend.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.endpoints.items.properties.eventToSend.enum,parentSchema:schema11.properties.endpoints.items.properties.eventToSend,data:data6};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
let data7 = data2.minNbOfOccurrence;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err17 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.endpoints.items.properties.minNbOfOccurrence.type,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data7};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 > 10000 || isNaN(data7)){
const err18 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000",schema:10000,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data7};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
if(data7 < 1 || isNaN(data7)){
const err19 = {instancePath:instancePath+"/endpoints/" + i0+"/minNbOfOccurrence",schemaPath:"#/properties/endpoints/items/properties/minNbOfOccurrence/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.endpoints.items.properties.minNbOfOccurrence,data:data7};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
let data8 = data2.keepHeaders;
if(Array.isArray(data8)){
const len2 = data8.length;
for(let i2=0; i2<len2; i2++){
let data9 = data8[i2];
if(typeof data9 === "string"){
if(data9.length < 1){
const err20 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data9};
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
const err21 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders/" + i2,schemaPath:"#/properties/endpoints/items/properties/keepHeaders/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.keepHeaders.items.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders.items,data:data9};
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
const err22 = {instancePath:instancePath+"/endpoints/" + i0+"/keepHeaders",schemaPath:"#/properties/endpoints/items/properties/keepHeaders/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.keepHeaders.type,parentSchema:schema11.properties.endpoints.items.properties.keepHeaders,data:data8};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
let data10 = data2.redactQueryParams;
if(Array.isArray(data10)){
const len3 = data10.length;
for(let i3=0; i3<len3; i3++){
let data11 = data10[i3];
if(typeof data11 === "string"){
if(data11.length < 1){
const err23 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters",schema:1,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data11};
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
const err24 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams/" + i3,schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.endpoints.items.properties.redactQueryParams.items.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams.items,data:data11};
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
const err25 = {instancePath:instancePath+"/endpoints/" + i0+"/redactQueryParams",schemaPath:"#/properties/endpoints/items/properties/redactQueryParams/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.items.properties.redactQueryParams.type,parentSchema:schema11.properties.endpoints.items.properties.redactQueryParams,data:data10};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
else {
const err26 = {instancePath:instancePath+"/endpoints/" + i0,schemaPath:"#/properties/endpoints/items/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.endpoints.items.type,parentSchema:schema11.properties.endpoints.items,data:data2};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
}
}
else {
const err27 = {instancePath:instancePath+"/endpoints",schemaPath:"#/properties/endpoints/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.endpoints.type,parentSchema:schema11.properties.endpoints,data:data1};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
}
if(data.trigger !== undefined){
let data12 = data.trigger;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
if(data12.keepEventAfterTrigger === undefined){
data12.keepEventAfterTrigger = false;
}
if(data12.type === undefined){
const err28 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data12};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data12.observationPeriod === undefined){
const err29 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/required",keyword:"required",params:{missingProperty: "observationPeriod"},message:"must have required property '"+"observationPeriod"+"'",schema:schema11.properties.trigger.required,parentSchema:schema11.properties.trigger,data:data12};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
for(const key2 in data12){
if(!(((key2 === "type") || (key2 === "observationPeriod")) || (key2 === "keepEventAfterTrigger"))){
const err30 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.trigger,data:data12};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
}
if(data12.type !== undefined){
let data13 = data12.type;
if(typeof data13 !== "string"){
const err31 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.trigger.properties.type.type,parentSchema:schema11.properties.trigger.properties.type,data:data13};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
if(!((data13 === "window") || (data13 === "none"))){
const err32 = {instancePath:instancePath+"/trigger/type",schemaPath:"#/properties/trigger/properties/type/enum",keyword:"enum",params:{allowedValues: schema11.properties.trigger.properties.type.enum},message:"must be equal to one of the allowed values",schema:schema11.properties.trigger.properties.type.enum,parentSchema:schema11.properties.trigger.properties.type,data:data13};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
if(data12.observationPeriod !== undefined){
let data14 = data12.observationPeriod;
if(!(((typeof data14 == "number") && (!(data14 % 1) && !isNaN(data14))) && (isFinite(data14)))){
const err33 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.trigger.properties.observationPeriod.type,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data14};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
if((typeof data14 == "number") && (isFinite(data14))){
if(data14 < 1 || isNaN(data14)){
const err34 = {instancePath:instancePath+"/trigger/observationPeriod",schemaPath:"#/properties/trigger/properties/observationPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.trigger.properties.observationPeriod,data:data14};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
}
let data15 = data12.keepEventAfterTrigger;
if(typeof data15 !== "boolean"){
const err35 = {instancePath:instancePath+"/trigger/keepEventAfterTrigger",schemaPath:"#/properties/trigger/properties/keepEventAfterTrigger/type",keyword:"type",params:{type: "boolean"},message:"must be boolean",schema:schema11.properties.trigger.properties.keepEventAfterTrigger.type,parentSchema:schema11.properties.trigger.properties.keepEventAfterTrigger,data:data15};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
else {
const err36 = {instancePath:instancePath+"/trigger",schemaPath:"#/properties/trigger/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.trigger.type,parentSchema:schema11.properties.trigger,data:data12};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
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
let data17 = data.targetPubSub;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if(data17.topic === undefined){
const err37 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/required",keyword:"required",params:{missingProperty: "topic"},message:"must have required property '"+"topic"+"'",schema:schema11.properties.targetPubSub.required,parentSchema:schema11.properties.targetPubSub,data:data17};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
for(const key3 in data17){
if(!(key3 === "topic")){
const err38 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.targetPubSub,data:data17};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data17.topic !== undefined){
let data18 = data17.topic;
if(typeof data18 === "string"){
if(!pattern0.test(data18)){
const err39 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/pattern",keyword:"pattern",params:{pattern: "^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"},message:"must match pattern \""+"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$"+"\"",schema:"^projects/([a-z0-9.-]+:)?[a-z][a-z0-9-]*[a-z0-9]/topics/(?!goog)[A-Za-z][A-Za-z0-9_.~+%-]{2,254}$",parentSchema:schema11.properties.targetPubSub.properties.topic,data:data18};
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
const err40 = {instancePath:instancePath+"/targetPubSub/topic",schemaPath:"#/properties/targetPubSub/properties/topic/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.targetPubSub.properties.topic.type,parentSchema:schema11.properties.targetPubSub.properties.topic,data:data18};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
}
else {
const err41 = {instancePath:instancePath+"/targetPubSub",schemaPath:"#/properties/targetPubSub/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.targetPubSub.type,parentSchema:schema11.properties.targetPubSub,data:data17};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
let data19 = data.retentionPeriod;
if(!(((typeof data19 == "number") && (!(data19 % 1) && !isNaN(data19))) && (isFinite(data19)))){
const err42 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/type",keyword:"type",params:{type: "integer"},message:"must be integer",schema:schema11.properties.retentionPeriod.type,parentSchema:schema11.properties.retentionPeriod,data:data19};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
if((typeof data19 == "number") && (isFinite(data19))){
if(data19 < 1 || isNaN(data19)){
const err43 = {instancePath:instancePath+"/retentionPeriod",schemaPath:"#/properties/retentionPeriod/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1",schema:1,parentSchema:schema11.properties.retentionPeriod,data:data19};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.cors !== undefined){
let data20 = data.cors;
if(data20 && typeof data20 == "object" && !Array.isArray(data20)){
if(data20.origins === undefined){
const err44 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/required",keyword:"required",params:{missingProperty: "origins"},message:"must have required property '"+"origins"+"'",schema:schema11.properties.cors.required,parentSchema:schema11.properties.cors,data:data20};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
for(const key4 in data20){
if(!(key4 === "origins")){
const err45 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties",schema:false,parentSchema:schema11.properties.cors,data:data20};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data20.origins !== undefined){
let data21 = data20.origins;
if(Array.isArray(data21)){
if(data21.length < 1){
const err46 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items",schema:1,parentSchema:schema11.properties.cors.properties.origins,data:data21};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
const len4 = data21.length;
for(let i4=0; i4<len4; i4++){
let data22 = data21[i4];
if(typeof data22 !== "string"){
const err47 = {instancePath:instancePath+"/cors/origins/" + i4,schemaPath:"#/properties/cors/properties/origins/items/type",keyword:"type",params:{type: "string"},message:"must be string",schema:schema11.properties.cors.properties.origins.items.type,parentSchema:schema11.properties.cors.properties.origins.items,data:data22};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
}
else {
const err48 = {instancePath:instancePath+"/cors/origins",schemaPath:"#/properties/cors/properties/origins/type",keyword:"type",params:{type: "array"},message:"must be array",schema:schema11.properties.cors.properties.origins.type,parentSchema:schema11.properties.cors.properties.origins,data:data21};
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
const err49 = {instancePath:instancePath+"/cors",schemaPath:"#/properties/cors/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.properties.cors.type,parentSchema:schema11.properties.cors,data:data20};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
}
else {
const err50 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object",schema:schema11.type,parentSchema:schema11,data};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
