// Package oauth is the RFCs' spelling, for both sides of the wire: error codes and their descriptions, form bodies, Basic and
// Bearer headers, challenges, scopes, and the names and URNs that are written in requests.
//
// Guarantees:
//   - What is ambiguous is refused, never guessed: a parameter sent twice, a parameter in the URL, two Authorization headers, a
//     charset that is not UTF-8. Two readers of one request cannot come to two different tokens.
//   - Refusals are an [*Error]. Its text as printed, marshalled or put into a [Challenge] keeps to the characters of RFC 6749
//     §5.2, has a bounded length, and never repeats a parameter's value.
//   - Whatever holds a credential prints as redacted: [Form] and [Secret]. The exception is what the caller asked for by name,
//     [Form.Value], [Secret.Reveal] and [BearerToken].
//   - Everything read has a bound, given by the caller or stated beside the constant.
//
// It refuses to know HTTP statuses, clients and tokens: it can say that a request is malformed, not who sent it nor what it is
// worth. It imports the standard library only.
package oauth
