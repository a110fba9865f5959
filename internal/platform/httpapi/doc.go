// Package httpapi serves the HTTP API: operations described once in Go give
// the routes, the validation and the OpenAPI document.
//
// Every operation names an action, and its handler asks authz.Check about the
// resource it touches; a handler that never asks answers 500 and undoes its
// transaction, so that a forgotten check cannot ship. Errors leave as RFC
// 9457 problems with a stable code, in the person's language; a cause is
// logged and never shown, and submitted values are never echoed.
//
// A write sent with an Idempotency-Key runs in one transaction with the
// record of its answer: a repeat gets the first answer, other content under
// the same key is refused, and a crash leaves either both or neither.
//
// Table owned: http_answer. Raw handlers (media, uploads, web sockets) get
// the same identity, limits and headers through Raw.
package httpapi
