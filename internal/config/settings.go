package config

import (
	"strings"
	"time"

	"github.com/introspectd/introspectd/session"
)

// Settings is how the program is to run.
type Settings struct {
	Database    DSN    `koanf:"database"`
	AllowUnsafe bool   `koanf:"allow-unsafe-database"`
	Key         Secret `koanf:"key"`
	KeyFile     string `koanf:"key-file"`

	Listen         string        `koanf:"listen"`
	AdminListen    string        `koanf:"admin-listen"`
	Issuer         string        `koanf:"issuer"`
	TLSCert        string        `koanf:"tls-cert"`
	TLSKey         string        `koanf:"tls-key"`
	AllowPlainHTTP bool          `koanf:"allow-plain-http"`
	ShutdownDelay  time.Duration `koanf:"shutdown-delay"`

	AccessTokenTTL time.Duration `koanf:"access-token-ttl"`
	SessionTTL     time.Duration `koanf:"session-ttl"`
	SessionIdleTTL time.Duration `koanf:"session-idle-ttl"`
	RefreshWindow  time.Duration `koanf:"refresh-window"`

	SigningAlg string        `koanf:"signing-alg"`
	JWTTTL     time.Duration `koanf:"jwt-ttl"`
	KeyLead    time.Duration `koanf:"key-lead"`
	KeyPeriod  time.Duration `koanf:"key-period"`

	Lease         time.Duration `koanf:"lease"`
	CacheEntries  int           `koanf:"cache-entries"`
	SweepInterval time.Duration `koanf:"sweep-interval"`

	LogLevel  string `koanf:"log-level"`
	LogFormat string `koanf:"log-format"`
	AuditLog  string `koanf:"audit-log"`
}

// Lifetimes are those of tokens and sessions.
func (s *Settings) Lifetimes() session.Lifetimes {
	return session.Lifetimes{Access: s.AccessTokenTTL, Session: s.SessionTTL, Idle: s.SessionIdleTTL, Window: s.RefreshWindow}
}

// Setting is one row of the table: what it is called, what it is like, and what it is when nobody says.
type Setting struct {
	Name    string
	Kind    Kind
	Default string
	Usage   string
	secret  bool // by variable or by NAME_FILE; printed redacted
	noFlag  bool // by variable only
}

// Variable is the setting's name in the environment.
func (s Setting) Variable() string { return Variable(s.Name) }

const variablePrefix = "INTROSPECTD_"

// Variable is the environment name of a flag.
func Variable(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

var table = []Setting{
	{Name: "database", Kind: Database, Default: "./introspectd.db", secret: true, Usage: "file path (SQLite) or postgres:// URL"},
	{Name: "allow-unsafe-database", Kind: Switch, Default: "false", Usage: "use a PostgreSQL that may lose what it has confirmed, or is reached over a network without TLS"},
	{Name: "key", Kind: Hidden, secret: true, noFlag: true, Usage: "server keys, 32 bytes in base64 each, instead of a key file"},
	{Name: "key-file", Kind: Text, Usage: "file of server keys, one per line, the first is current (default <database>.key)"},

	{Name: "listen", Kind: Address, Default: "127.0.0.1:8080", Usage: "address to serve on"},
	{Name: "admin-listen", Kind: Address, Usage: "address for /livez, /readyz and /metrics alone (default: the health checks are on --listen)"},
	{Name: "issuer", Kind: Text, Usage: "this server's name, an https URL without a trailing slash (default: the listening URL)"},
	{Name: "tls-cert", Kind: Text, Usage: "file with the certificate chain, read again when it changes"},
	{Name: "tls-key", Kind: Text, Usage: "file with the certificate's key"},
	{Name: "allow-plain-http", Kind: Switch, Default: "false", Usage: "serve without TLS on addresses that are not loopback"},
	{Name: "shutdown-delay", Kind: Duration, Default: "200ms", Usage: "time between unready and closing the door at shutdown"},

	{Name: "access-token-ttl", Kind: Duration, Default: "15m", Usage: "lifetime of an access token"},
	{Name: "session-ttl", Kind: Duration, Default: "720h", Usage: "absolute end of a session"},
	{Name: "session-idle-ttl", Kind: Duration, Default: "0s", Usage: "end of a session that is not used; 0s: never"},
	{Name: "refresh-window", Kind: Duration, Default: "10s", Usage: "for how long a refresh whose answer was lost may be repeated; 0s: never"},

	{Name: "signing-alg", Kind: Text, Default: "EdDSA", Usage: "algorithm of new signing keys: EdDSA, ES256 or RS256"},
	{Name: "jwt-ttl", Kind: Duration, Default: "1m", Usage: "lifetime of an internal JWT, where its audience does not say"},
	{Name: "key-lead", Kind: Duration, Default: "1h", Usage: "for how long a signing key is published before it signs; verifiers keep a key set for half of it"},
	{Name: "key-period", Kind: Duration, Default: "0s", Usage: "for how long a signing key signs before the next one takes over; 0s: until key rotate"},

	{Name: "lease", Kind: Duration, Default: "2s", Usage: "for how long this node may answer from memory after it last heard the log"},
	{Name: "cache-entries", Kind: Number, Default: "100000", Usage: "tokens remembered; 0 remembers none"},
	{Name: "sweep-interval", Kind: Duration, Default: "1m", Usage: "time between removals of expired rows"},

	{Name: "log-level", Kind: Text, Default: "info", Usage: "debug, info, warn or error"},
	{Name: "log-format", Kind: Text, Default: "auto", Usage: "json, text, or auto: text on a terminal, else json"},
	{Name: "audit-log", Kind: Text, Default: "stderr", Usage: "file to which who opened and took back what is appended, or stderr"},
}

// Table lists the settings.
func Table() []Setting { return append([]Setting(nil), table...) }

func find(name string) (Setting, bool) {
	for _, s := range table {
		if s.Name == name {
			return s, true
		}
	}
	return Setting{}, false
}

// fileKeys are the keys of the file.
func fileKeys() []string {
	var names []string
	for _, s := range table {
		if !s.noFlag {
			names = append(names, s.Name)
		}
	}
	return names
}
