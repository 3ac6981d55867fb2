module github.com/seed75add069/stytch-go/conformance

go 1.26.0

require (
	github.com/seed75add069/stytch-go v0.0.0
	github.com/stretchr/testify v1.12.1
	go.uber.org/goleak v1.3.0
)

require (
	github.com/go-json-experiment/json v1.27.2 // indirect
	github.com/google/go-querystring v1.2.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
)

replace github.com/seed75add069/stytch-go => ../
