"""Breaks of VPC configuration."""

from __future__ import annotations

from hipaa_policies.facts.network import Route, Rule

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    BEDROCK_ENDPOINT,
    DEFAULT_SG,
    KMS_ENDPOINT,
    RTB,
    SG,
    SUBNET_A,
    VPC,
    Break,
    both,
    changed,
    fn,
    listed,
    one,
)

BOTH = (c.OTHER_FUNCTION,)

NETWORK = (
    fn("LAM-01", "no VPC", "outside every VPC", subnet_ids=(), vpc_id=None),
    fn("LAM-01", "one subnet", "1 subnet(s)", subnet_ids=("subnet-a",)),
    Break(
        "LAM-01", "one zone", c.FUNCTION, "1 zone(s)", changed("subnets", SUBNET_A, zone="us-east-1b"), BOTH
    ),
    Break(
        "LAM-01",
        "public subnet, by the main table",
        c.FUNCTION,
        "subnet-a is public",
        changed("route_tables", RTB, subnet_ids=("subnet-b",)),
        BOTH,
    ),
    one("NET-01", "IPv4", "security_groups", SG, "0.0.0.0/0", inbound=(Rule("0.0.0.0/0", "tcp", 443, 443),)),
    one("NET-01", "IPv6", "security_groups", SG, "::/0", inbound=(Rule("::/0", "-1", None, None),)),
    one("NET-01", "half", "security_groups", SG, "128.0.0.0/1", inbound=(Rule("128.0.0.0/1", "tcp", 1, 2),)),
    one(
        "NET-02", "IPv4", "security_groups", SG, "0.0.0.0/0", outbound=(Rule("0.0.0.0/0", "-1", None, None),)
    ),
    one("NET-02", "IPv6", "security_groups", SG, "::/0", outbound=(Rule("::/0", "tcp", 443, 443),)),
    *(
        Break(
            control,
            f"{cidr} by a prefix list",
            SG,
            f"{cidr} (by pl-own)",
            changed("prefix_lists", c.PREFIX_LIST, cidrs=(cidr,)),
        )
        for control in ("NET-01", "NET-02")
        for cidr in ("0.0.0.0/0", "::/0", "128.0.0.0/1")
    ),
    Break(
        "NET-05",
        "an interface, by a prefix list",
        SUBNET_A,
        "pl-own to eni-1",
        both(
            changed("route_tables", RTB, routes=(Route("pl-own", "eni-1"),)),
            changed("prefix_lists", c.PREFIX_LIST, cidrs=("0.0.0.0/0",)),
        ),
        (c.arn("ec2", "subnet/subnet-b"),),
    ),
    Break("NET-03", "none", VPC, "no flow log", listed("flow_logs")),
    one(
        "NET-06", "a rule", "security_groups", DEFAULT_SG, "1 rule", inbound=(Rule("sg-x", "-1", None, None),)
    ),
    Break(
        "NET-03",
        "rejects only",
        VPC,
        "part of the traffic",
        changed("flow_logs", c.arn("ec2", "vpc-flow-log/fl-1"), traffic="REJECT"),
    ),
    Break(
        "NET-04",
        "missing",
        c.FUNCTION,
        "may call kms",
        changed("vpc_endpoints", KMS_ENDPOINT, vpc_id="vpc-2"),
        BOTH,
    ),
    Break(
        "NET-04",
        "no name",
        c.FUNCTION,
        "may call kms",
        changed("vpc_endpoints", KMS_ENDPOINT, private_dns=False),
        BOTH,
    ),
    one("NET-08", "no policy", "vpc_endpoints", BEDROCK_ENDPOINT, "every model", policy=None),
    *(
        one(
            "NET-08",
            f"{action} on {resource}",
            "vpc_endpoints",
            BEDROCK_ENDPOINT,
            "through to any model",
            policy=c.policy(c.ONE_MODEL | {"Action": action, "Resource": resource}),
        )
        for action, resource in (
            ("bedrock:InvokeModel", "*"),
            ("bedrock:*", "arn:aws:bedrock:*::foundation-model/*"),
            ("*", "*"),
        )
    ),
    one(
        "NET-08",
        "all of a maker",
        "vpc_endpoints",
        BEDROCK_ENDPOINT,
        "foundation-model/amazon.*:0",
        policy=c.policy(
            c.ONE_MODEL | {"Resource": [c.MODEL, "arn:aws:bedrock:*::foundation-model/amazon.*:0"]}
        ),
    ),
    one("NET-07", "no policy", "vpc_endpoints", KMS_ENDPOINT, "full access", policy=None),
    one(
        "NET-07",
        "strangers' resources",
        "vpc_endpoints",
        KMS_ENDPOINT,
        "resources of any account",
        policy=c.policy(
            c.OWN_ONLY | {"Condition": {"StringEquals": {"aws:PrincipalAccount": c.ID}}},
        ),
    ),
    one(
        "NET-07",
        "full access",
        "vpc_endpoints",
        KMS_ENDPOINT,
        "credentials of any account",
        policy=c.policy(c.allow("*", "*", Principal="*")),
    ),
    Break(
        "NET-05",
        "NAT",
        SUBNET_A,
        "nat-1",
        changed("route_tables", RTB, routes=(Route("0.0.0.0/0", "nat-1"),)),
        (c.arn("ec2", "subnet/subnet-b"),),
    ),
    Break("NET-05", "main table", SUBNET_A, "igw-1", changed("route_tables", RTB, subnet_ids=("subnet-b",))),
)
