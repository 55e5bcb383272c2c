"""Trails, their selectors and tags, and the events of the account."""

import datetime
import time

from harness import *

ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/boto"


@case
def trail_from_beginning_to_end():
    c = cloudtrail()
    made = c.create_trail(Name="boto", S3BucketName="logs", S3KeyPrefix="p", EnableLogFileValidation=True, TagsList=[{"Key": "team", "Value": "red"}])
    equal((made["TrailARN"], made["LogFileValidationEnabled"], made["IsMultiRegionTrail"]), (ARN, True, False))
    equal(c.get_trail(Name=ARN)["Trail"]["HomeRegion"], "us-east-1")
    equal([t["Name"] for t in c.describe_trails(trailNameList=["boto", "other"])["trailList"]], ["boto"])
    equal([t["TrailARN"] for page in c.get_paginator("list_trails").paginate() for t in page["Trails"]], [ARN])
    refused(lambda: c.create_trail(Name="boto", S3BucketName="logs"), 400, "TrailAlreadyExistsException", "Trail boto already exists for customer: 123456789012")

    equal(c.get_trail_status(Name="boto")["IsLogging"], False)
    c.start_logging(Name="boto")
    status = c.get_trail_status(Name="boto")
    equal(status["IsLogging"], True)
    assert abs((status["StartLoggingTime"] - datetime.datetime.now(datetime.timezone.utc)).total_seconds()) < 600, status["StartLoggingTime"]
    c.stop_logging(Name=ARN)
    equal(c.update_trail(Name="boto", IsMultiRegionTrail=True)["IsMultiRegionTrail"], True)
    refused(lambda: cloudtrail(region="eu-west-1").update_trail(Name="boto"), 400, "InvalidHomeRegionException", re.compile(".*us-east-1.*"))

    selectors = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": True, "DataResources": [], "ExcludeManagementEventSources": []}]
    equal(c.put_event_selectors(TrailName="boto", EventSelectors=selectors)["EventSelectors"], selectors)
    equal(c.get_event_selectors(TrailName="boto")["EventSelectors"], selectors)
    refused(lambda: c.get_insight_selectors(TrailName="boto"), 400, "InsightNotEnabledException", re.compile(".*"))

    c.add_tags(ResourceId=ARN, TagsList=[{"Key": "cost", "Value": "1"}])
    c.remove_tags(ResourceId=ARN, TagsList=[{"Key": "team"}])
    equal(c.list_tags(ResourceIdList=[ARN])["ResourceTagList"], [{"ResourceId": ARN, "TagsList": [{"Key": "cost", "Value": "1"}]}])

    c.delete_trail(Name="boto")
    refused(lambda: c.get_trail(Name="boto"), 400, "TrailNotFoundException", "Unknown trail: boto for the user: 123456789012")


@case
def trails_need_permission():
    ann = new_user("boto-trail", allow("cloudtrail:ListTrails"))
    equal(cloudtrail(ann).list_trails()["Trails"], [])
    refused(lambda: cloudtrail(ann).describe_trails(), 400, "AccessDeniedException",
            "User: arn:aws:iam::123456789012:user/boto-trail is not authorized to perform: cloudtrail:DescribeTrails on resource: *" + no_identity("cloudtrail:DescribeTrails"))
    refused(lambda: cloudtrail({"AccessKeyId": "AKIARZPUZDIKNOBODYXX", "SecretAccessKey": "x"}).list_trails(), 400, "UnrecognizedClientException",
            "The security token included in the request is invalid.")
    refused(lambda: cloudtrail({"AccessKeyId": ROOT["AccessKeyId"], "SecretAccessKey": "x"}).list_trails(), 400, "InvalidSignatureException", re.compile("The request signature we calculated.*"))
    refused(lambda: cloudtrail(validate=False).create_trail(Name="boto"), 400, "ValidationException",
            "1 validation error detected: Value null at 's3BucketName' failed to satisfy constraint: Member must not be null")


@case
def events_are_looked_up():
    c = cloudtrail()
    iam().create_user(UserName="boto-seen")
    look = [{"AttributeKey": "ResourceName", "AttributeValue": "boto-seen"}]
    for _ in range(100):  # the history follows the records
        events = [e for page in c.get_paginator("lookup_events").paginate(LookupAttributes=look) for e in page["Events"]]
        if events:
            break
        time.sleep(0.1)
    equal([e["EventName"] for e in events], ["CreateUser"])
    equal((events[0]["ReadOnly"], events[0]["EventSource"], events[0]["Username"]), ("false", "iam.amazonaws.com", "root"))
    equal(json.loads(events[0]["CloudTrailEvent"])["eventID"], events[0]["EventId"])
    pages = list(c.get_paginator("lookup_events").paginate(PaginationConfig={"PageSize": 1, "MaxItems": 3}))
    equal(sum(len(p["Events"]) for p in pages), 3)
    first = c.lookup_events(MaxResults=1)
    refused(lambda: c.lookup_events(MaxResults=1, NextToken=first["NextToken"], LookupAttributes=look), 400, "InvalidNextTokenException", re.compile(".*"))
    iam().delete_user(UserName="boto-seen")
