package hybrid

// Verdict is what a verifier says of a token. The zero Verdict is no.
type Verdict struct {
	Good   bool
	Claims Claims // when Good; never in part
	Fault  Fault  // when not
}

// Fault is what a token was refused for: the first thing found, in the order of the constants. It is fit for a metric's label and says
// nothing of what the token contains.
type Fault string

// The faults. Of a token that is expired and badly signed nothing is known but the latter.
const (
	Malformed Fault = "malformed" // too long, not a compact JWS in its only spelling, or with a header that we do not read
	Algorithm Fault = "algorithm" // not one of those configured
	Type      Fault = "type"      // another kind of JWT
	Key       Fault = "key"       // not one of the issuer's, or for another algorithm
	Signature Fault = "signature"
	BadClaims Fault = "claims" // one is missing, of the wrong type, out of range or there twice
	Issuer    Fault = "issuer"
	Audience  Fault = "audience"
	Lifetime  Fault = "lifetime" // ends before it begins, or lives too long
	Early     Fault = "early"    // not valid yet
	Expired   Fault = "expired"
)

func refuse(f Fault) Verdict { return Verdict{Fault: f} }
