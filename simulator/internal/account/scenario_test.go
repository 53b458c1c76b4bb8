package account

import (
	"reflect"
	"testing"
)

func TestScenarios(t *testing.T) {
	for name, want := range map[string]Scenario{
		"Anna":             {},
		"Anna: the second": {},
		"restricted:Anna":  {Restricted: true},
		"scenario:restricted,tc_enabled=0,cs_enabled=1:Anna": {Restricted: true, NoTrusted: true},
		"scenario:nct_send_ab=1,nct_syncd_ab=0,nct_history_delivery=1,nct_syncd_delivery=0,unheard=1,tc_enabled=x:Anna": {
			Props: map[string]string{"24941": "1", "25253": "0"}, SaltByHistory: true,
		},
		"scenario:nct_history_ab, nct_syncd_delivery:Anna": {Props: map[string]string{"25189": "1"}, SaltBySync: true},
	} {
		if got := ParseScenario(name); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
