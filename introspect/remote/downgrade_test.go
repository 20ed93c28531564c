package remote

import "testing"

func TestMetadataOverHTTPSDoesNotSendTheSecretOverHTTP(t *testing.T) {
	m := document{"issuer": []byte(`"https://id.example"`), "introspection_endpoint": []byte(`"http://localhost/ask"`)}
	if at, err := m.endpoint("https://id.example"); err == nil {
		t.Errorf("endpoint = %q", at)
	}
}
