#include "meter/owner.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "gtest/gtest.h"
#include "tests/support/status.h"

namespace drawdown {
namespace {

LanesIdentity IdentityOf(const OwnerIdentity& owner) {
  LanesIdentity identity;
  std::memcpy(identity.boot_id, owner.boot_id.data(), owner.boot_id.size());
  identity.pid_namespace = owner.pid_namespace;
  identity.start_time = owner.start_time;
  identity.pid = owner.pid;
  return identity;
}

class OwnerTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto self = ThisProcess();
    ASSERT_THAT(self, IsOk());
    self_ = *self;
    owner_ = IdentityOf(self_);
  }
  OwnerIdentity self_;
  LanesIdentity owner_;
};

TEST_F(OwnerTest, ThisProcessIsAlive) {
  EXPECT_TRUE(MayBeAlive(owner_, self_));
}

TEST_F(OwnerTest, AnotherBootOrNamespaceIsDead) {
  LanesIdentity boot = owner_;
  boot.boot_id[0] ^= 1;
  EXPECT_FALSE(MayBeAlive(boot, self_));
  LanesIdentity pid_namespace = owner_;
  ++pid_namespace.pid_namespace;
  EXPECT_FALSE(MayBeAlive(pid_namespace, self_));
}

TEST_F(OwnerTest, ThePidOfALaterProcessIsNotTheOwner) {
  --owner_.start_time;
  EXPECT_FALSE(MayBeAlive(owner_, self_));
}

TEST_F(OwnerTest, AProcessIsAliveUntilItIsGone) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  owner_.pid = static_cast<uint32_t>(child);
  // Its start time is read as others would: it says so of itself.
  owner_.start_time = 0;
  EXPECT_FALSE(MayBeAlive(owner_, self_));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(MayBeAlive(owner_, self_));
}

}  // namespace
}  // namespace drawdown
