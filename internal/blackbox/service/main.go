// Command service is an API with a guard in mode jwt-lease and nothing behind it, for the tests of package blackbox: a process of its own, that can
// be stopped, killed and cut off. It refuses to be of any other use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/introspectd/introspectd/hybrid/guard"
	"github.com/introspectd/introspectd/introspect/oauth"
)

// SecretVariable holds the client's secret.
const SecretVariable = "BLACKBOX_SECRET"

func main() {
	issuer := flag.String("issuer", "", "whose tokens are taken")
	through := flag.String("through", "", "address at which the issuer is reached, whatever its name")
	client := flag.String("client", "", "id of the API as a client")
	stale := flag.String("stale", "", "what to do while nothing is heard")
	flag.Parse()
	if err := serve(context.Background(), *issuer, *through, *client, *stale); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, issuer, through, client, stale string) error {
	dial := func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, through)
	}
	g, err := guard.Discover(ctx, guard.Settings{
		Mode: string(guard.JWTLease), Issuer: issuer, Audience: "orders", ClientID: client, Secret: oauth.NewSecret(os.Getenv(SecretVariable)), Stale: stale,
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 32}},
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ended := make(chan error, 2)
	go func() { ended <- g.Run(ctx) }()
	welcome := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := &http.Server{Handler: g.Require("read")(welcome), ReadHeaderTimeout: 5 * time.Second}
	go func() { ended <- server.Serve(listener) }()
	fmt.Fprintf(os.Stderr, "service is ready on http://%s \n", listener.Addr())
	return errors.Join(<-ended, errors.New("ended by itself"))
}
