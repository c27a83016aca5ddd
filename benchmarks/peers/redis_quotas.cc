#include <cstdio>
#include <cstdlib>

#include "peer.h"

#ifdef DRAWDOWN_HAVE_REDIS

#include <hiredis/hiredis.h>

namespace drawdown {
namespace {

constexpr const char* kTake = R"(
  for i = 1, #KEYS do
    if tonumber(redis.call('GET', KEYS[i])) < tonumber(ARGV[1]) then
      return 0
    end
  end
  for i = 1, #KEYS do redis.call('DECRBY', KEYS[i], ARGV[1]) end
  return 1
)";

class RedisCaller : public QuotaCaller {
 public:
  RedisCaller(const std::string& socket, QuotaLevels levels, int leaf)
      : handle_(redisConnectUnix(socket.c_str())),
        levels_(static_cast<int>(levels)) {
    if (handle_ == nullptr || handle_->err != 0) Fail();
    for (int i = 0; i < levels_; ++i) {
      keys_[i] = "quota:" + std::to_string(QuotaRowsOf(leaf)[i]);
      // 2^50: a Lua number is a double.
      Free(Command({"SET", keys_[i], std::to_string(int64_t{1} << 50)}));
    }
    redisReply* const loaded = Command({"SCRIPT", "LOAD", kTake});
    script_.assign(loaded->str, loaded->len);
    Free(loaded);
  }
  ~RedisCaller() override { redisFree(handle_); }
  RedisCaller(const RedisCaller&) = delete;  // Owns the connection.
  RedisCaller& operator=(const RedisCaller&) = delete;

  void Take(int64_t amount) override {
    const std::string text = std::to_string(amount);
    redisReply* const reply =
        levels_ == 1 ? Command({"EVALSHA", script_, "1", keys_[0], text})
                     : Command({"EVALSHA", script_, "3", keys_[0], keys_[1],
                                keys_[2], text});
    if (reply->type != REDIS_REPLY_INTEGER || reply->integer != 1) {
      std::fprintf(stderr, "redis: refused\n");
      std::exit(1);
    }
    Free(reply);
  }

 private:
  redisReply* Command(std::initializer_list<std::string> words) {
    std::array<const char*, 8> starts{};
    std::array<size_t, 8> lengths{};
    int count = 0;
    for (const std::string& word : words) {
      starts[count] = word.data();
      lengths[count++] = word.size();
    }
    void* const reply =
        redisCommandArgv(handle_, count, starts.data(), lengths.data());
    if (reply == nullptr) Fail();
    return static_cast<redisReply*>(reply);
  }
  void Free(redisReply* reply) { freeReplyObject(reply); }
  [[noreturn]] void Fail() {
    std::fprintf(stderr, "redis: %s\n",
                 handle_ == nullptr ? "no memory" : handle_->errstr);
    std::exit(1);
  }

  redisContext* const handle_;
  const int levels_;
  std::array<std::string, 3> keys_;
  std::string script_;
};

class RedisQuotas : public QuotaPeer {
 public:
  RedisQuotas(const std::string& socket, QuotaLevels levels)
      : socket_(socket), levels_(levels) {}
  std::unique_ptr<QuotaCaller> NewCaller(int leaf) override {
    return std::make_unique<RedisCaller>(socket_, levels_, leaf);
  }

 private:
  const std::string socket_;
  const QuotaLevels levels_;
};

}  // namespace

std::unique_ptr<QuotaPeer> NewRedisQuotas(QuotaLevels levels) {
  const char* const socket = std::getenv("DRAWDOWN_REDIS_SOCKET");
  if (socket == nullptr) {
    std::printf("no Redis: benchmarks/peers/with_servers.sh starts one\n");
    return nullptr;
  }
  return std::make_unique<RedisQuotas>(socket, levels);
}

}  // namespace drawdown

#else

namespace drawdown {

std::unique_ptr<QuotaPeer> NewRedisQuotas(QuotaLevels) {
  std::printf("built without libhiredis-dev: Redis left out\n");
  return nullptr;
}

}  // namespace drawdown

#endif
