package httpapi

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// route is one endpoint: its label for metrics and logs, and how it is to be treated. Labels are the fixed set that [Observer] sees.
type route struct {
	label  string
	hot    bool // asked all the time: requests are logged at debug level
	bearer bool // the holder of a token comes here, not a client: challenges are Bearer only (RFC 6750 §3)
	asks   bool // RFC 7662: what this endpoint does not know how to authorize is 401, not 403
}

var (
	routeIntrospect = &route{label: "introspect", hot: true, asks: true}
	routeRevoke     = &route{label: "revoke"}
	routeToken      = &route{label: "token"}
	routeSessions   = &route{label: "sessions"}
	routeLogout     = &route{label: "logout", bearer: true}
	routeFeed       = &route{label: "revocations", hot: true}
	routeForward    = &route{label: "forward_auth", hot: true, bearer: true}
	routeKeys       = &route{label: "jwks", hot: true}
	routeMetadata   = &route{label: "metadata", hot: true}
	routeHealth     = &route{label: "health", hot: true}
	routeMetrics    = &route{label: "metrics", hot: true}
	routeOther      = &route{label: "other", hot: true}
)

func newEngine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.RedirectTrailingSlash, e.RedirectFixedPath = false, false // a redirect would carry a body with a token elsewhere (RFC 9700 §4.12)
	e.HandleMethodNotAllowed = true
	return e
}

func (s *Server) publicRoutes() *gin.Engine {
	e := newEngine()
	api := e.Group(s.metadata.path)
	api.POST("/introspect", s.serve(routeIntrospect, (*exchange).introspect))
	api.POST("/revoke", s.serve(routeRevoke, (*exchange).revoke))
	api.POST("/token", s.serve(routeToken, (*exchange).token))
	api.POST("/sessions", s.serve(routeSessions, (*exchange).openSession))
	get(api, "/sessions", s.serve(routeSessions, (*exchange).listSessions))
	api.DELETE("/sessions", s.serve(routeSessions, (*exchange).endSessions))
	api.DELETE("/sessions/:id", s.serve(routeSessions, (*exchange).endSession))
	api.POST("/logout", s.serve(routeLogout, (*exchange).logout))
	if s.cfg.Feed != nil {
		get(api, "/revocations", s.serve(routeFeed, (*exchange).revocations))
	}
	if s.cfg.Hybrid != nil {
		get(api, "/forward-auth", s.serve(routeForward, (*exchange).forwardAuth))
		get(api, keySetPath, s.serve(routeKeys, (*exchange).keySet))
	}
	for _, path := range s.metadata.paths() {
		get(e, path, s.serve(routeMetadata, (*exchange).describe))
	}
	s.healthRoutes(e)
	if s.cfg.PublicMetrics {
		s.metricsRoute(e)
	}
	s.otherRoutes(e)
	return e
}

func (s *Server) adminRoutes() *gin.Engine {
	e := newEngine()
	s.healthRoutes(e)
	s.metricsRoute(e)
	s.otherRoutes(e)
	return e
}

func (s *Server) healthRoutes(e *gin.Engine) {
	get(e, "/livez", s.serve(routeHealth, (*exchange).live))
	get(e, "/readyz", s.serve(routeHealth, (*exchange).ready))
}

func (s *Server) metricsRoute(e *gin.Engine) {
	if s.cfg.Metrics != nil {
		get(e, "/metrics", s.serve(routeMetrics, (*exchange).metrics))
	}
}

func (s *Server) otherRoutes(e *gin.Engine) {
	e.NoRoute(s.serve(routeOther, (*exchange).notFound))
	e.NoMethod(s.serve(routeOther, (*exchange).notAllowed))
}

// get registers GET and HEAD: a server that answers one has to answer the other (RFC 9110 §9.1).
func get(r gin.IRoutes, path string, h gin.HandlerFunc) {
	r.GET(path, h)
	r.Handle(http.MethodHead, path, h)
}
