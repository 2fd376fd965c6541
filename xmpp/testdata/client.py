"""A general XMPP client, made with slixmpp, that knows nothing of Armonic.

It logs in, looks at what an agent can do, calls a provide through a form (with a
wrong value first), and reads a room. What it sees it prints, a line each.
"""
import asyncio
import datetime
import os
import sys

import slixmpp
from slixmpp.exceptions import IqError


def say(*words):
    print(*words, flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, env):
        super().__init__(env["JID"], env["PASSWORD"])
        for plugin in "xep_0004", "xep_0030", "xep_0045", "xep_0050", "xep_0092", "xep_0202":
            self.register_plugin(plugin)
        self.ca_certs = env["CAFILE"]
        self.use_ipv6 = False
        self.agent, self.node, self.room = env["AGENT"], env["NODE"], env["ROOM"]
        self.failed = True
        self.add_event_handler("session_start", self.start)

    async def start(self, _event):
        try:
            self.send_presence()
            await asyncio.wait_for(self.work(), 60)
            self.failed = False
        except IqError as e:
            say("refused:", e.iq["error"]["condition"])
        except Exception as e:  # noqa: BLE001 - the test shows it
            say("error:", repr(e))
        self.disconnect()

    async def work(self):
        info = await self["xep_0030"].get_info(jid=self.agent, timeout=20)
        for category, kind, _lang, name in sorted(info["disco_info"]["identities"]):
            say("identity:", category, kind, name)
        for feature in sorted(info["disco_info"]["features"]):
            say("feature:", feature)
        version = await self["xep_0092"].get_version(self.agent)
        say("version:", version["software_version"]["name"], version["software_version"]["version"])
        when = await self["xep_0202"].get_entity_time(self.agent)
        utc = when.xml.findtext(".//{urn:xmpp:time}utc")  # slixmpp 1.8 cannot read what it should
        say("time:", datetime.datetime.strptime(utc, "%Y-%m-%dT%H:%M:%SZ").year > 2000)
        items = await self["xep_0050"].get_commands(self.agent)
        for _jid, node, name in sorted(items["disco_items"]["items"], key=lambda i: i[1]):
            say("command:", node, "-", name)
        await self.call()
        if self.room:
            await self.read()

    async def call(self):
        done = asyncio.get_running_loop().create_future()

        def error(iq, session):
            self["xep_0050"].terminate_command(session)
            done.set_exception(IqError(iq))

        def answered(iq, session):
            command = iq["command"]
            say("status:", command["status"], "" if command["sessionid"] == session["id"] else "(of another session)")
            for note in command["notes"]:
                say("note:", *note)
            form = command["form"]
            for name, field in form.get_fields().items():
                if name:
                    say("field:", field["type"], name, "=", field.get_value(convert=False))
            if command["status"] == "completed":
                done.set_result(True)
                return
            form.reply()
            first = not session.get("tried")
            session["tried"] = True
            form.set_values({"Off/say/what/text": "from slixmpp", "Off/say/what/times": "many" if first else "2",
                             "Off/say/what/password": "not the standard one"})
            session["payload"] = form
            session["next"] = answered
            if first:
                self["xep_0050"].continue_command(session, direction="next")
            else:
                self["xep_0050"].complete_command(session)

        self["xep_0050"].start_command(jid=self.agent, node=self.node, session={"next": answered, "error": error})
        await done

    async def read(self):
        over = asyncio.Event()

        def heard(message):
            for line in message["body"].split("\n"):
                say("room:", line)
                if line.endswith("is done"):
                    over.set()

        self.add_event_handler("groupchat_message", heard)
        self["xep_0045"].join_muc(self.room, "a person", maxhistory="100")
        await over.wait()


def main():
    client = Client(os.environ)
    host, port = os.environ["SERVER"].split(":")
    client.connect((host, int(port)), use_ssl=True)
    client.loop.run_until_complete(asyncio.wait_for(client.disconnected, 90))
    sys.exit(client.failed)


main()
