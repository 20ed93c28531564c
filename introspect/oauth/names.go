package oauth

// Parameters of the endpoints.
const (
	ParamToken         = "token"           // RFC 7662 §2.1, RFC 7009 §2.1
	ParamTokenTypeHint = "token_type_hint" // RFC 7662 §2.1, RFC 7009 §2.1

	ParamGrantType    = "grant_type"    // RFC 6749 §4
	ParamScope        = "scope"         // RFC 6749 §3.3
	ParamRefreshToken = "refresh_token" // RFC 6749 §6
	ParamAccessToken  = "access_token"  // RFC 6750 §2.2

	ParamClientID            = "client_id"             // RFC 6749 §2.3.1
	ParamClientSecret        = "client_secret"         // RFC 6749 §2.3.1
	ParamAssertion           = "assertion"             // RFC 7521 §4.1
	ParamClientAssertion     = "client_assertion"      // RFC 7521 §4.2
	ParamClientAssertionType = "client_assertion_type" // RFC 7521 §4.2

	ParamResource           = "resource"             // RFC 8707 §2, may repeat
	ParamAudience           = "audience"             // RFC 8693 §2.1, may repeat
	ParamSubjectToken       = "subject_token"        // RFC 8693 §2.1
	ParamSubjectTokenType   = "subject_token_type"   // RFC 8693 §2.1
	ParamActorToken         = "actor_token"          // RFC 8693 §2.1
	ParamActorTokenType     = "actor_token_type"     // RFC 8693 §2.1
	ParamRequestedTokenType = "requested_token_type" // RFC 8693 §2.1
)

// Values of token_type_hint (RFC 7009 §2.1). An unknown hint is no error.
const (
	HintAccessToken  = "access_token"
	HintRefreshToken = "refresh_token"
)

// Values of grant_type.
const (
	GrantTypeClientCredentials = "client_credentials"                              // RFC 6749 §4.4.2
	GrantTypeRefreshToken      = "refresh_token"                                   // RFC 6749 §6
	GrantTypeTokenExchange     = "urn:ietf:params:oauth:grant-type:token-exchange" // RFC 8693 §2.1
	GrantTypeJWTBearer         = "urn:ietf:params:oauth:grant-type:jwt-bearer"     // RFC 7523 §2.1
)

// ClientAssertionTypeJWTBearer is the only client_assertion_type there is for a JWT (RFC 7523 §2.2).
const ClientAssertionTypeJWTBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// Token type identifiers of RFC 8693 §3.
const (
	TokenTypeAccessToken  = "urn:ietf:params:oauth:token-type:access_token"
	TokenTypeRefreshToken = "urn:ietf:params:oauth:token-type:refresh_token"
	TokenTypeIDToken      = "urn:ietf:params:oauth:token-type:id_token"
	TokenTypeJWT          = "urn:ietf:params:oauth:token-type:jwt"
)

// Values of the token_type member.
const (
	TokenTypeBearer        = "Bearer" // RFC 6750 §4
	TokenTypeNotApplicable = "N_A"    // RFC 8693 §2.2.1: what was issued is not an access token
)

// Media types.
const (
	MediaForm             = "application/x-www-form-urlencoded"   // RFC 6749 App. B
	MediaJSON             = "application/json"                    // RFC 8259
	MediaIntrospectionJWT = "application/token-introspection+jwt" // RFC 9701 §8
	MediaAccessTokenJWT   = "application/at+jwt"                  // RFC 9068 §2.1
)

// Authentication schemes.
const (
	SchemeBasic  = "Basic"  // RFC 7617
	SchemeBearer = "Bearer" // RFC 6750
)
