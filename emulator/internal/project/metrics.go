package project

import (
	b2cproject "github.com/seed75add069/stytch-go/b2c/project"
	"github.com/seed75add069/stytch-go/emulator/internal/engine"
	"github.com/seed75add069/stytch-go/emulator/internal/ops"
)

func metricRoutes() []engine.Route {
	return []engine.Route{engine.Handle(ops.ProjectMetrics, getMetrics)}
}

// getMetrics counts what is not deleted, at zero too.
func getMetrics(tx *engine.Tx, _ *b2cproject.MetricsRequest) (*b2cproject.MetricsResponse, error) {
	members := 0
	for _, m := range tx.Members.All() {
		if !m.IsDeleted() {
			members++
		}
	}
	return &b2cproject.MetricsResponse{ProjectID: tx.ProjectID, Metrics: []b2cproject.ProjectMetric{
		{MetricType: b2cproject.ProjectMetricMetricTypeOrganizationCount, Count: tx.Organizations.Len()},
		{MetricType: b2cproject.ProjectMetricMetricTypeMemberCount, Count: members},
		{MetricType: b2cproject.ProjectMetricMetricTypeM2MClientCount, Count: tx.Clients.Len()},
	}}, nil
}
