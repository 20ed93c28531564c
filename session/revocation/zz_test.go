package revocation
import ("testing";"time")
func TestZZ(t *testing.T){
 w:=stage(3,2*time.Second,1); w.tracing=true
		tok := w.openToken()
		w.in(time.Second, func() { w.askAll(tok) })
		begin := 5 * time.Second
		w.at(begin, func() { w.startNode(1, w.newHost(1)) })
		w.at(begin+w.upTo(w.lease/2), func() { w.takeBack(w.nodes[0], tok.token) })
		for i := range 20 {
			w.at(begin+time.Duration(i)*w.lease/20, func() {
				g := w.startGuard(i, w.newHost(1))
				g.node = 1
				g.poll()
				w.in(20*time.Millisecond, func() { w.askGuard(g, tok); w.logf("guard %d believes %v node registered %v believes %v",i,g.holder.Believes(g.clock()),w.nodes[1].registered,w.nodes[1].holder.Believes(w.nodes[1].clock())) })
			})
		}
		w.run(15 * time.Second)
 t.Log("\n"+w.tail(100))
}
