package sqlstore

import (
	"time"

	"github.com/introspectd/introspectd/introspect/caller"
	"github.com/introspectd/introspectd/session"
)

// clientRow is a client as gorm sees it.
type clientRow struct {
	ID         string `gorm:"primaryKey"`
	Roles      string
	Audiences  string
	Method     string
	Secret     digest // of its secret; zero: none
	Scopes     string
	GrantTypes string
	JWKS       string `gorm:"column:jwks"`
	Disabled   int64
	CreatedAt  int64 `gorm:"autoCreateTime:false"`
}

// TableName names the table for gorm.
func (clientRow) TableName() string { return "clients" }

func rowOfClient(c *caller.Client) *clientRow {
	r := &clientRow{
		ID: c.ID, Roles: c.Roles.String(), Audiences: string(c.Audiences), Method: c.Method, Secret: digest(c.Secret),
		Scopes: string(c.Scopes), GrantTypes: string(c.GrantTypes), JWKS: c.JWKS, CreatedAt: int64(c.CreatedAt),
	}
	if c.Disabled {
		r.Disabled = 1
	}
	return r
}

func (r *clientRow) client() (*caller.Client, error) {
	c := &caller.Client{
		ID: r.ID, Audiences: session.List(r.Audiences), Method: r.Method, Secret: session.Digest(r.Secret), Scopes: session.List(r.Scopes),
		GrantTypes: session.List(r.GrantTypes), JWKS: r.JWKS, Disabled: r.Disabled != 0, CreatedAt: session.Date(r.CreatedAt),
	}
	if r.Roles != "" {
		var err error
		if c.Roles, err = caller.ParseRoles(session.List(r.Roles).Names()...); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// audienceRow is an audience as gorm sees it.
type audienceRow struct {
	Name    string `gorm:"primaryKey"`
	Scopes  string
	Callers string
	JWTTTL  int64 `gorm:"column:jwt_ttl"` // milliseconds
}

// TableName names the table for gorm.
func (audienceRow) TableName() string { return "audiences" }

func (r *audienceRow) audience() session.Audience {
	return session.Audience{
		Name: r.Name, Scopes: session.List(r.Scopes), Callers: session.List(r.Callers), JWTTTL: time.Duration(r.JWTTTL) * time.Millisecond,
	}
}
