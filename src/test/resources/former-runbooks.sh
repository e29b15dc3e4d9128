# What operators have in their fingers: the command lines of the runbooks that there were before. Read by the tests,
# which run what needs no cluster and look the names of the rest up in k8s/.
kubectl -n rdev top pod -l app=rdev-api
kubectl -n rdev get pod -l app=rdev-api -o jsonpath='{.items[*].status.containerStatuses[*].lastState}'
curl -s http://rdev-api:8080/metrics | grep http_requests_total
curl -s http://rdev-api:8080/metrics | grep commands_active
curl -s http://rdev-api:8080/metrics | grep sse_connections_active
curl -s http://rdev-api:8080/metrics | grep request_duration
curl -s http://rdev-api:8080/metrics | grep 'http_requests_total.*status="404"'
curl http://rdev-api:8080/metrics | grep ratelimit
curl -s http://rdev-api:8080/ready
kubectl -n rdev logs -l app=rdev-api --since=5m | grep -i error
kubectl -n rdev logs -l app=rdev-api --since=10m | grep "project not found"
kubectl -n rdev logs -l app=rdev-api | grep "command started" | tail -20
kubectl -n rdev logs -l app=rdev-api | grep "SSE connection" | tail -50
kubectl -n rdev logs -l app=rdev-api | grep "output line" | wc -l
kubectl -n rdev scale deployment/rdev-api --replicas=4
kubectl -n rdev get pods -l app=rdev-api -w
kubectl -n rdev patch deployment rdev-api --type='json' -p='[
{"op": "replace", "path": "/spec/template/spec/containers/0/resources/limits/cpu", "value": "1000m"}
]'
kubectl -n rdev patch deployment rdev-api --type='json' -p='[
{"op": "replace", "path": "/spec/template/spec/containers/0/resources/limits/memory", "value": "1Gi"}
]'
kubectl -n rdev set env deployment/rdev-api CONCURRENT_COMMANDS=3
kubectl -n rdev set env deployment/rdev-api RATE_LIMIT_RPS=5
kubectl -n rdev set env deployment/rdev-api CACHE_TTL=15s
kubectl -n rdev set env deployment/rdev-api CACHE_TTL=5s
kubectl -n rdev set env deployment/rdev-api RDEV_NAMESPACE=rdev
kubectl -n rdev get events --field-selector reason=OOMKilled
kubectl -n rdev get events --sort-by='.lastTimestamp'
kubectl -n rdev get pods -l app=rdev-api -o jsonpath='{.items[*].status.containerStatuses[*].restartCount}'
kubectl -n rdev delete pod <pod-name>
kubectl -n rdev rollout restart deployment/rdev-api
kubectl -n rdev get pods -l rdev.orchard9.ai/project=true
kubectl -n rdev get pods -l rdev.orchard9.ai/project-id=<project-id>
kubectl auth can-i list pods -n rdev --as=system:serviceaccount:rdev:rdev-api
kubectl -n rdev get deployments
kubectl -n rdev apply -f <project-deployment.yaml>
kubectl -n rdev get pod <pod-name> --show-labels
kubectl -n rdev label pod <pod-name> rdev.orchard9.ai/project=true
kubectl -n rdev label pod <pod-name> rdev.orchard9.ai/project-id=<project-id>
kubectl -n rdev get serviceaccount rdev-api
kubectl -n rdev get rolebinding rdev-api-binding -o yaml
kubectl -n rdev get deployment rdev-api -o jsonpath='{.spec.template.spec.containers[0].env}' | jq
curl -H "X-API-Key: $API_KEY" http://rdev-api:8080/projects
curl -H "X-API-Key: $API_KEY" http://rdev-api:8080/projects/<project-id>
curl -X POST -H "X-API-Key: $API_KEY" -H "Content-Type: application/json" \
http://rdev-api:8080/projects/<project-id>/shell \
-d '{"command": "echo hello"}'
kubectl -n rdev logs -l app=rdev-api --tail=100
kubectl -n rdev logs -l app=rdev-api --previous
kubectl -n rdev get endpoints rdev-api
kubectl -n rdev exec -it deployment/rdev-api -- wget -qO- localhost:8080/health
kubectl -n rdev describe pod -l app=rdev-api
kubectl -n rdev create secret generic rdev-api-secrets --from-literal=postgres-password=xxx
kubectl -n rdev get networkpolicy
kubectl -n rdev exec -it deployment/rdev-api -- psql $DATABASE_URL -c "SELECT id, name, revoked_at FROM api_keys LIMIT 10;"
kubectl -n rdev exec -it deployment/rdev-api -- psql -c "SELECT id, name, created_at FROM api_keys ORDER BY created_at DESC LIMIT 10;"
kubectl -n ingress-nginx get ing rdev-api -o yaml
kubectl -n rdev exec -it <pod-name> -- ps aux
kubectl -n rdev scale deployment/rdev-api --replicas=0
kubectl -n rdev scale deployment/rdev-api --replicas=2
kubectl -n rdev rollout history deployment/rdev-api
kubectl -n rdev rollout undo deployment/rdev-api
kubectl -n rdev rollout undo deployment/rdev-api --to-revision=5
kubectl -n databases exec -it deployment/postgres -- psql -U rdev
