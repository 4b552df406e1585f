using Sluice.Bench.Load;

namespace Sluice.Bench.Targets;

/// <summary>nginx as a plain proxy: keep-alive to the upstream, answers passed on as they come, a worker per core.</summary>
internal static class NginxTarget
{
    internal static readonly Target Target = new("nginx", IsDotNet: false, Start);

    private static RunningTarget Start(string folder, int upstreamPort)
    {
        var port = Endpoint.FreePort();
        var file = Path.Combine(folder, "nginx.conf");
        File.WriteAllText(file, Configuration(folder, port, upstreamPort));
        var process = new ChildProcess(folder, new Dictionary<string, string>(), "nginx", "-e", Path.Combine(folder, "error.log"), "-p", folder, "-c", file);
        var ms = FirstAnswer.Wait(process, port, () => "none", TimeSpan.FromSeconds(20));
        return new RunningTarget(process, new Endpoint(port, "none"), ms);
    }

    // nginx closes a connection after 1,000 requests unless told otherwise; that would measure connecting.
    private static string Configuration(string folder, int port, int upstreamPort) => $$"""
        {{(Environment.UserName == "root" ? "user root;" : "")}}
        daemon off;
        worker_processes auto;
        worker_rlimit_nofile 20000;
        pid {{folder}}/nginx.pid;
        error_log {{folder}}/error.log error;
        events { worker_connections 19000; }
        http {
          access_log off;
          keepalive_timeout 3600s;
          keepalive_requests 1000000000;
          client_body_temp_path {{folder}}/body;
          proxy_temp_path {{folder}}/proxy;
          fastcgi_temp_path {{folder}}/fastcgi;
          uwsgi_temp_path {{folder}}/uwsgi;
          scgi_temp_path {{folder}}/scgi;
          upstream standin {
            server 127.0.0.1:{{upstreamPort}};
            keepalive 1024;
            keepalive_requests 1000000000;
            keepalive_timeout 3600s;
          }
          server {
            listen 127.0.0.1:{{port}} backlog=4096;
            location / {
              proxy_pass http://standin;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_set_header Host $http_host;
              proxy_buffering off;
              proxy_read_timeout 3600s;
            }
          }
        }
        """;
}
